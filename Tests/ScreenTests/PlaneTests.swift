import Glibc
import LinuxBase
import Measurements
import Pictures
import Plane
import Scaling
import Synchronization
import Testing

/// An I420 picture in memory of its own.
@safe private final class Planes {
    let layout: PlanarLayout
    private let base: UnsafeMutableRawPointer

    init(_ picture: Picture) {
        layout = PlanarLayout(size: picture.size)
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount)
        unsafe picture.pixels.withUnsafeBytes { pixels in
            unsafe Scaling.pixelsToPlanar(
                pixels.baseAddress!, stride: picture.size.width * 4, area: picture.size.bounds, into: view)
        }
    }

    /// SAFETY: valid for as long as this object lives.
    var view: PlanarView { unsafe PlanarView(base: base, layout: layout) }

    deinit { unsafe base.deallocate() }
}

private func near(_ a: Colour, _ b: Colour) -> Bool {
    func close(_ a: UInt8, _ b: UInt8) -> Bool { abs(Int(a) - Int(b)) <= 3 }
    return close(a.red, b.red) && close(a.green, b.green) && close(a.blue, b.blue)
}

@Suite struct PlaneTests {
    private let size = PixelSize(width: 101, height: 61)
    private let red = Colour(argb: 0xFFC0_2020)
    private let blue = Colour(argb: 0xFF20_20C0)

    @Test func `what is shown is there, cut at the edges, and nothing else is touched`() throws {
        var plane = try MemoryPlane(size: size)
        let patch = Picture(size: PixelSize(width: 20, height: 10), fill: red)
        for (x, y) in [(0, 0), (40, 30), (95, 55), (-5, -5), (200, 200)] {
            plane.show(Picture(size: size, fill: blue), x: 0, y: 0)
            plane.commit()
            plane.show(patch, x: x, y: y)
            let seen = patch.size.bounds.offset(x: x, y: y).intersection(size.bounds)
            let damage = plane.damage
            #expect(damage == seen)
            var expected = Picture(size: size, fill: blue)
            expected.fill(seen, with: red)
            let picture = plane.picture()
            #expect(picture == expected, "\(x), \(y)")
        }
    }

    @Test func `only the damaged part of a frame is drawn, grown to whole chroma samples`() throws {
        var plane = try MemoryPlane(size: size)
        plane.show(Picture(size: size, fill: blue), x: 0, y: 0)
        plane.commit()
        let frame = Planes(Picture(size: PixelSize(width: 64, height: 40), fill: red))
        plane.show(frame.view, damage: Rectangle(x: 5, y: 7, width: 10, height: 4), x: 0, y: 21)
        let damage = plane.damage
        #expect(damage == Rectangle(x: 4, y: 6 + 21, width: 12, height: 6))
        let picture = plane.picture()
        for y in 0..<size.height {
            for x in 0..<size.width {
                let isInside = damage.contains(Rectangle(x: x, y: y, width: 1, height: 1))
                if !near(picture[x, y], isInside ? red : blue) { Issue.record("\(x), \(y): \(picture[x, y])") }
            }
        }
    }

    @Test func `a frame that does not fit is cut, whatever its damage says`() throws {
        var plane = try MemoryPlane(size: size)
        let frame = Planes(Picture(size: PixelSize(width: 300, height: 200), fill: red))
        plane.show(frame.view, damage: Rectangle(x: -50, y: -50, width: 9999, height: 9999), x: 11, y: 32)
        let damage = plane.damage
        #expect(damage == Rectangle(x: 11, y: 32, width: 90, height: 29))
        let picture = plane.picture()
        #expect(near(picture[11, 32], red) && near(picture[100, 60], red) && picture[10, 32].argb & 0xFF_FFFF == 0)
        plane.show(frame.view, damage: .empty, x: 0, y: 0)
        plane.show(frame.view, damage: frame.layout.size.bounds, x: 400, y: 0)
        let after = plane.damage
        #expect(after == damage)
    }

    @Test func `a reader of the file sees each commit, with its time`() throws {
        let folder = try Folder()
        let path = folder.path + "/plane"
        var plane = try MemoryPlane(size: size, file: path)
        let reader = try PlaneFile(path)
        #expect(reader.size == size && reader.sequence == 0)
        for n in 1...3 {
            let colour = n % 2 == 0 ? red : blue
            let before = Clock.now()
            plane.show(Picture(size: size, fill: colour), x: 0, y: 0)
            #expect(reader.sequence == UInt64(n - 1))
            let sequence = plane.commit()
            #expect(sequence == UInt64(n))
            let hasCome = reader.wait(after: UInt64(n - 1), timeout: .seconds(1))
            #expect(hasCome)
            #expect(reader.sequence == UInt64(n))
            #expect(reader.committed >= before && reader.committed <= Clock.now())
            let (picture, corner) = (reader.picture(), reader.pixel(100, 60))
            #expect(picture == Picture(size: size, fill: colour) && corner == colour)
        }
        let comesMore = reader.wait(after: 3, timeout: .milliseconds(5))
        #expect(!comesMore)
    }

    @Test func `a new writer of the same file goes on from the old one's sequence`() throws {
        let folder = try Folder()
        let path = folder.path + "/plane"
        do {
            var plane = try MemoryPlane(size: size, file: path)
            plane.commit()
            plane.show(Picture(size: size, fill: red), x: 0, y: 0)  // Dies before the commit.
        }
        let reader = try PlaneFile(path)
        var plane = try MemoryPlane(size: size, file: path)
        #expect(reader.sequence == 1)
        plane.show(Picture(size: size, fill: blue), x: 0, y: 0)
        plane.commit()
        #expect(reader.sequence == 2)
        let corner = reader.pixel(0, 0)
        #expect(corner == blue)
    }

    @Test func `no reader gets half of a picture, however fast the writer is`() throws {
        let folder = try Folder()
        let path = folder.path + "/plane"
        let whole = PixelSize(width: 320, height: 200)
        let race = Race()
        var plane = try MemoryPlane(size: whole, file: path)
        plane.commit()
        try WorkerThread.start("reader") { race.read(path) }
        let pictures = (0..<8).map { Picture(size: whole, fill: Colour(argb: 0xFF00_0000 | UInt32($0) << 4)) }
        let end = Clock.now() + .milliseconds(300)
        var commits = 0
        while Clock.now() < end {
            plane.show(pictures[commits % 8], x: 0, y: 0)
            plane.commit()
            commits += 1
            if commits % 16 == 0 { Clock.sleep(.microseconds(200)) }
        }
        race.stop.store(true, ordering: .releasing)
        while !race.isOver.load(ordering: .acquiring) { Clock.sleep(.milliseconds(1)) }
        #expect(race.torn.load(ordering: .relaxed) == 0)
        #expect(race.seen.load(ordering: .relaxed) > 10 && commits > 100)
    }

    private final class Race: Sendable {
        let stop = Atomic(false)
        let isOver = Atomic(false)
        let torn = Atomic(0)
        let seen = Atomic(0)

        func read(_ path: String) {
            defer { isOver.store(true, ordering: .releasing) }
            guard let reader = try? PlaneFile(path) else { return }  // Then nothing is seen, and the test fails.
            while !stop.load(ordering: .acquiring) {
                if Set(reader.picture(patience: .seconds(5)).pixels).count != 1 { torn.add(1, ordering: .relaxed) }
                seen.add(1, ordering: .relaxed)
            }
        }
    }

    @Test func `a picture of the plane can be written`() throws {
        let folder = try Folder()
        var plane = try MemoryPlane(size: size)
        plane.show(Picture(size: size, fill: red), x: 0, y: 0)
        try plane.writePNG(folder.path + "/picture.png")
        let bytes = try Files.read(folder.path + "/picture.png", limit: 100_000)
        #expect(bytes.prefix(4).elementsEqual([0x89, 0x50, 0x4E, 0x47]))
        #expect(throws: PlaneError.self) { try plane.writePNG(folder.path + "/none/picture.png") }
    }

    @Test func `files that are no planes are refused`() throws {
        let folder = try Folder()
        let path = folder.path + "/plane"
        #expect(throws: PlaneError.self) { _ = try PlaneFile(path) }
        var header = [UInt8](repeating: 0, count: 4096)
        for bytes in [[], [1, 2, 3], header, [UInt8](repeating: 0xFF, count: 8192)] {
            try Files.replace(path, with: bytes)
            #expect(throws: PlaneError.notPlane(path: path)) { _ = try PlaneFile(path) }
        }
        // A true header over too few pixels: reading them would be a SIGBUS.
        _ = try MemoryPlane(size: size, file: folder.path + "/true")
        header = Array(try Files.read(folder.path + "/true", limit: 1 << 20).prefix(8192))
        try Files.replace(path, with: header)
        #expect(throws: PlaneError.notPlane(path: path)) { _ = try PlaneFile(path) }
        #expect(throws: PlaneError.size(PixelSize(width: 0, height: 5))) {
            _ = try MemoryPlane(size: PixelSize(width: 0, height: 5))
        }
    }
}
