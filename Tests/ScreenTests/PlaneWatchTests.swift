import LinuxBase
import Measurements
import Pictures
import Plane
import RFB
import Testing
import Wire

/// The watched plane and its viewers, turned by hand on one thread.
private struct Show: ~Copyable {
    static let size = PixelSize(width: 160, height: 90)
    var plane: MemoryPlane
    var watch: PlaneWatch
    var keys: [Key] = []

    init() throws {
        let plane = try MemoryPlane(size: Self.size)
        watch = try PlaneWatch(port: 0, size: Self.size)
        self.plane = plane
    }

    mutating func paint(_ colour: Colour, _ area: Rectangle = Self.size.bounds) {
        plane.show(Picture(size: area.size, fill: colour), x: area.x, y: area.y)
        let damage = plane.damage
        plane.commit()
        watch.show(plane, damage: damage)
    }

    mutating func turn(_ times: Int = 1) throws {
        for _ in 0..<times {
            _ = try Poll.wait(for: watch.watched, timeout: .milliseconds(5))
            keys += watch.handle(plane, now: Clock.now())
        }
    }

    func connect() throws -> Descriptor {
        let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: watch.port)
        _ = try Poll.wait(for: socket.raw, events: .writable, timeout: .seconds(2))
        try TCPSocket.finishConnecting(socket)
        return socket
    }

    /// The next damage that a viewer is told of, while the plane is being served.
    mutating func damage(for viewer: inout RFBClient, turns: Int = 400) throws -> Rectangle? {
        for _ in 0..<turns {
            try turn()
            if let damage = try viewer.next(timeout: .milliseconds(1)) { return damage }
        }
        return nil
    }
}

extension RFBClient {
    fileprivate func colour(_ x: Int, _ y: Int) -> Colour {
        // SAFETY: the tests ask for pixels inside the picture.
        Colour(argb: unsafe pixels.load(fromByteOffset: y * stride + x * 4, as: UInt32.self) | 0xFF00_0000)
    }
}

@Suite(.serialized) struct PlaneWatchTests {
    private let red = Colour(argb: 0xFFC0_2020)
    private let blue = Colour(argb: 0xFF20_20C0)

    @Test func `a viewer gets the whole plane first, and then what changes`() throws {
        var show = try Show()
        show.paint(red)
        var viewer = try RFBClient(socket: try show.connect(), size: Show.size)
        #expect(try show.damage(for: &viewer) == Show.size.bounds)
        #expect(viewer.colour(0, 0) == red && viewer.colour(159, 89) == red)
        let patch = Rectangle(x: 10, y: 20, width: 30, height: 8)
        #expect(try viewer.next(timeout: .milliseconds(1)) == nil)
        try show.turn(3)
        show.paint(blue, patch)
        #expect(try show.damage(for: &viewer) == patch)
        #expect(viewer.colour(10, 20) == blue && viewer.colour(9, 20) == red && viewer.colour(39, 28) == red)
        #expect(try show.damage(for: &viewer, turns: 5) == nil, "nothing changes, nothing is sent")
    }

    @Test func `a viewer's keys are the keypad's, in order; keys that no terminal has are nothing`() throws {
        var show = try Show()
        let viewer = try RFBClient(socket: try show.connect(), size: Show.size)
        var client = viewer
        #expect(try show.damage(for: &client) != nil)
        let symbols: [UInt32] = [
            0x31, Keysym.keypadZero + 2, Keysym.enter, Keysym.keypadEnter, Keysym.escape, Keysym.backspace,
            Keysym.delete, Keysym.up, Keysym.down, Keysym.left, Keysym.right, Keysym.function(1), Keysym.function(8),
            Keysym.function(9), 0x61, Keysym.character("€"), 0x0100_0007, 0x0100_D800, 0xFFE1,
        ]
        for symbol in symbols { try client.input.press(symbol) }
        try show.turn(10)
        let keys = show.keys
        #expect(
            keys == [
                .digit(1), .digit(2), .ok, .ok, .cancel, .clear, .clear, .up, .down, .left, .right, .function(1),
                .function(8), .character("a"), .character("€"),
            ])
    }

    @Test func `who breaks the protocol or its time is dropped, and there are never more than four`() throws {
        var show = try Show()
        let garbage = try show.connect()
        try garbage.writeAll(Array("GET / HTTP/1.1\r\n".utf8))
        try show.turn(10)
        var count = show.watch.viewerCount
        #expect(count == 0)
        let silent = try (0..<8).map { _ in Box(try show.connect()) }
        try show.turn(20)
        count = show.watch.viewerCount
        #expect(count == PlaneWatch.viewers && silent.count == 8)
        let until = show.watch.deadline
        _ = show.watch.handle(show.plane, now: try #require(until) + .seconds(1))
        count = show.watch.viewerCount
        #expect(count == 0)
    }

    @Test func `a viewer that does not read costs no time and no more than one picture`() throws {
        var show = try Show()
        var viewer = try RFBClient(socket: try show.connect(), size: Show.size)
        #expect(try show.damage(for: &viewer) != nil)
        _ = try viewer.next(timeout: .milliseconds(1))  // One question open, and never an answer read.
        try show.turn(3)
        let start = Clock.now()
        for n in 0..<1000 { show.paint(n % 2 == 0 ? red : blue) }
        #expect((Clock.now() - start).milliseconds < 1000)
        show.paint(red)
        #expect(try show.damage(for: &viewer) == Show.size.bounds)
        while try show.damage(for: &viewer, turns: 20) != nil {}
        #expect(viewer.colour(80, 45) == red, "the newest picture gets there in the end")
    }

    @Test func `only this machine may watch`() throws {
        for host in ["0.0.0.0", "192.168.1.4", "example.org", ""] {
            #expect(throws: PlaneError.notLoopback("\(host):5900")) {
                _ = try PlaneWatch(host: host, port: 5900, size: Show.size)
            }
        }
    }

    private final class Box {
        let socket: Descriptor
        init(_ socket: consuming Descriptor) { self.socket = socket }
    }
}
