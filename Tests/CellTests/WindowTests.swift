import Capture
import Cell
import LinuxBase
import Measurements
import Pictures
import RFB
import Testing

@Suite(.serialized) struct WindowTests {
    private let size = PixelSize(width: 800, height: 448)

    private func start(_ command: [String]) throws -> SandboxCell {
        let specification = CellSpecification(
            application: "window", kind: .window, root: "/usr/share", command: command, size: size, request: [])
        return try SandboxCell(specification, jailer: TestCell.jailer)
    }

    /// A copy of what the capture holds.
    private func picture(_ capture: borrowing RFBCapture) -> Picture {
        let count = capture.size.area
        // SAFETY: the capture's rows have no padding, and it lives for the length of the call.
        let pixels = unsafe Array(
            UnsafeBufferPointer(start: capture.pixels.assumingMemoryBound(to: UInt32.self), count: count))
        return Picture(size: capture.size, pixels: pixels)
    }

    @Test func `an ordinary program with a window fills the screen, and a key changes it`() throws {
        let before = Clock.now()
        let cell = try start(["/usr/bin/xcalc", "-geometry", "{width}x{height}+0+0"])
        defer { cell.stop() }
        var capture = try RFBCapture(
            socket: cell.rfbSocket, size: size, timeout: .seconds(10), ended: cell.ended)
        let connected = (Clock.now() - before).milliseconds
        var whole = Rectangle.empty
        while let damage = try capture.next(timeout: .milliseconds(700)) { whole = whole.union(damage) }
        #expect(whole == size.bounds)
        #expect(Set(picture(capture).pixels).count > 2, "a calculator has more than a background")

        var times: [Double] = []
        var changed = 0
        for index in 0..<40 {
            let old = picture(capture)
            let pressed = Clock.now()
            try capture.input.press(Keysym.character(index % 10 == 9 ? "c" : "7"))
            let damage = try #require(try capture.next(timeout: .seconds(2)), "no answer to a key: \(cell.log())")
            times.append((Clock.now() - pressed).milliseconds)
            #expect(size.bounds.contains(damage))
            while try capture.next(timeout: .milliseconds(20)) != nil {}
            if picture(capture) != old { changed += 1 }
        }
        #expect(changed >= 30)
        times.sort()
        print("xcalc: connected after \(connected) ms; key → damage, ms: p50 \(times[20]), p95 \(times[38])")
        #expect(times[20] < 50)
    }

    @Test func `a text window shows typing`() throws {
        let cell = try start(["/usr/bin/xterm", "-geometry", "132x34+0+0", "-e", "/bin/cat"])
        defer { cell.stop() }
        var capture = try RFBCapture(
            socket: cell.rfbSocket, size: size, timeout: .seconds(10), ended: cell.ended)
        while try capture.next(timeout: .milliseconds(700)) != nil {}
        let before = picture(capture)
        for key in "vitrine".unicodeScalars { try capture.input.press(Keysym.character(key)) }
        while try capture.next(timeout: .milliseconds(300)) != nil {}
        #expect(picture(capture) != before)
    }

    @Test func `the window's program ending ends the cell, and its status is told`() throws {
        let cell = try start(["/bin/sh", "-c", "test -n \"$DISPLAY\" && exit 5"])
        defer { cell.stop() }
        #expect(try TestCell.end(of: cell) == .exited(5))
    }

    @Test func `a blocked capture is interrupted from another thread`() throws {
        let cell = try start(["/bin/sleep", "600"])
        defer { cell.stop() }
        var capture = try RFBCapture(
            socket: cell.rfbSocket, size: size, timeout: .seconds(10), ended: cell.ended)
        _ = try capture.next(timeout: .seconds(5))
        let input = capture.input
        try WorkerThread.start("interrupt") {
            Clock.sleep(.milliseconds(50))
            input.interrupt()
        }
        #expect(throws: CaptureError.interrupted) { while try capture.next(timeout: nil) != nil {} }
    }

    @Test func `a cell that ends while it is waited for is not waited for`() throws {
        let test = try TestCell("sys.exit(3)")
        let cell = try test.start()
        let before = Clock.now()
        #expect(throws: CaptureError.ended) {
            _ = try RFBCapture(
                socket: cell.rfbSocket, size: PixelSize(width: 320, height: 200), timeout: .seconds(20),
                ended: cell.ended)
        }
        #expect(Clock.now() - before < .seconds(10))
    }

    @Test func `a link in place of the socket is not followed`() throws {
        let test = try TestCell("os.symlink('/run/secret.sock', '/run/vitrine/rfb.sock')\nreport(1)\ntime.sleep(60)")
        let cell = try test.start()
        defer { cell.stop() }
        #expect(try TestCell.report(of: cell) == "1")
        #expect {
            _ = try RFBCapture(
                socket: cell.rfbSocket, size: PixelSize(width: 320, height: 200), timeout: .seconds(2),
                ended: cell.ended)
        } throws: { error in
            guard case .system = error as? CaptureError else { return false }
            return true
        }
    }
}
