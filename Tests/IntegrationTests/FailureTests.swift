import LinuxBase
import Measurements
import Rig
import Testing
import Wire

/// Applications, links and processes that break: an outcome within its limit, home, nothing left running.
@Suite(.serialized) struct FailureTests {
    private func started(_ change: (inout Rig.Options) -> Void = { _ in }) throws -> Rig {
        var options = Rig.Options()
        change(&options)
        let rig = try Rig(options)
        try rig.startTerminal()
        try rig.event("link_up")
        return rig
    }

    /// A session of the wallet that shows its first picture.
    private func wallet(_ rig: Rig) throws -> (launch: RunningLaunch, mark: Int) {
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        return (launch, mark)
    }

    @Test func `an application that crashes or never draws ends within its limit`() throws {
        let rig = try started { $0.fixtures = ["crashes", "silent"] }
        for (application, limit) in [("crashes", 5), ("silent", 5)] as [(String, Int64)] {
            let start = Clock.now()
            let end = try rig.launch(application).wait(timeout: .seconds(limit))
            #expect(end.status == 5, "\(application): \(end.output)")
            #expect(Clock.now() - start < .seconds(limit))
            let mark = try rig.mark()
            try rig.event("home", from: max(0, mark - 5))
            try wait(for: "the cell to go", timeout: .seconds(3)) { try rig.cells().isEmpty }
        }
    }

    @Test func `a server that is away is waited for on the hold screen, and works when it is back`() throws {
        let rig = try started()
        try rig.stopServer()
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("hold", from: mark)
        Clock.sleep(.milliseconds(1500))
        try rig.startServer()
        try rig.event("shown", from: mark, timeout: .seconds(15))
        try rig.type("4", "7", "1", "1", "ok")
        #expect(try launch.wait().status == 0)
    }

    @Test func `a cut network resumes the same session with the keys that were typed meanwhile`() throws {
        let rig = try started { $0.isRelayed = true }
        let (launch, mark) = try wallet(rig)
        try rig.type("4", "7")
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 2 }
        try rig.relay?.cut()
        try rig.event("link_down", from: mark)
        try rig.type("1")
        Clock.sleep(.milliseconds(300))
        try rig.relay?.mend()
        try rig.event("resumed", from: mark)
        try rig.type("1", "ok")
        let end = try launch.wait()
        #expect(end.status == 0, "\(end.output)\n\(rig.logs())")
        try wait(for: "the cell to go", timeout: .seconds(3)) { try rig.cells().isEmpty }
    }

    @Test func `an outcome that came while the network was cut is not lost`() throws {
        let rig = try started { $0.isRelayed = true }
        let (launch, mark) = try wallet(rig)
        try rig.type("4", "7", "1", "1")
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 4 }
        try rig.type("ok")
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 5 }
        try rig.relay?.cut()
        Clock.sleep(.milliseconds(2500))
        try rig.relay?.mend()
        let end = try launch.wait()
        #expect(end.status == 0, "\(end.output)\n\(rig.logs())")
    }

    @Test func `a decoder that is killed costs a keyframe, not the session`() throws {
        let rig = try started()
        let (launch, mark) = try wallet(rig)
        try rig.type("4")
        try rig.event("shown", from: mark) { ($0["answered"] ?? 0) >= 1 }
        let terminal = try #require(rig.terminalProcess)
        for decoder in try Rig.children(of: terminal) { Rig.kill(decoder) }
        try rig.event("decoder_replaced", from: mark)
        try rig.type("7", "1", "1", "ok")
        #expect(try launch.wait().status == 0)
    }

    @Test func `after SIGKILL at any step the next start is clean`() throws {
        let rig = try started()
        // Between sessions, on the hold screen, while it runs, with keys typed.
        for step in 0..<4 {
            let mark = try rig.mark()
            var launch: RunningLaunch?
            if step > 0 {
                launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
                if step > 1 { try rig.event("shown", from: mark) } else { try rig.event("hold", from: mark) }
                if step > 2 { try rig.type("4", "7") }
            }
            try rig.stopTerminal(.kill)
            _ = try launch?.wait()
            try rig.startTerminal()
            try rig.event("link_up", from: mark)
        }
        for step in 0..<3 {
            let mark = try rig.mark()
            var launch: RunningLaunch?
            if step > 0 {
                launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
                if step > 1 { try rig.event("shown", from: mark) } else { try rig.event("hold", from: mark) }
            }
            try rig.stopServer(.kill)
            try wait(for: "the cells to die with the server", timeout: .seconds(3)) { try rig.cells().isEmpty }
            try rig.startServer()
            try rig.event("link_up", from: mark, timeout: .seconds(15))
            // A session that died with its server ends with an outcome; one that had not begun begins now.
            if step > 1 { #expect(try launch?.wait().status == 5) }
            if step == 1 {
                try rig.event("shown", from: mark, timeout: .seconds(15))
                try rig.type("cancel")
                _ = try launch?.wait()
            }
        }
        let (launch, _) = try wallet(rig)
        try rig.type("4", "7", "1", "1", "ok")
        #expect(try launch.wait().status == 0)
    }
}
