import LinuxBase
import Pictures
import RFB
import Testing

struct ServerSessionTests {
    private let size = PixelSize(width: 8, height: 4)
    private let greeting = Array("RFB 003.008\n".utf8) + [1, 1]

    private func ready() throws -> RFBServerSession {
        var session = RFBServerSession(size: size, name: "x")
        #expect(try session.receive(greeting[...]) == [.ready])
        _ = session.takeOutput()
        return session
    }

    private func request(incremental: Bool, _ area: Rectangle) -> [UInt8] {
        [3, incremental ? 1 : 0]
            + [area.x, area.y, area.width, area.height].flatMap { ServerBytes.two(UInt16($0)) }
    }

    @Test func `the greeting is RFC 6143's, whatever pieces it comes in`() throws {
        var session = RFBServerSession(size: size, name: "cell")
        for byte in greeting { _ = try session.receive([byte]) }
        let start = ServerBytes.two(8) + ServerBytes.two(4) + [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
        #expect(
            session.takeOutput() == Array("RFB 003.008\n".utf8) + [1, 1] + [0, 0, 0, 0] + start + [0, 0, 0, 4]
                + Array("cell".utf8))
    }

    @Test func `keys and pointer arrive in order, in pieces of any size`() throws {
        let bytes: [UInt8] =
            [4, 1, 0, 0, 0, 0, 0xff, 0x0d] + [4, 0, 0, 0, 0, 0, 0xff, 0x0d] + [6, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]
            + [5, 1, 0xff, 0xff, 0, 2]
        let expected: [RFBServerEvent] = [
            .keyDown(Keysym.enter), .keyUp(Keysym.enter), .pointer(x: 7, y: 2, buttons: 1),
        ]
        for step in 1...bytes.count {
            var session = try ready()
            var events: [RFBServerEvent] = []
            for start in stride(from: 0, to: bytes.count, by: step) {
                events += try session.receive(bytes[start..<min(start + step, bytes.count)])
            }
            #expect(events == expected)
        }
    }

    @Test func `an incremental request waits for damage, and damage for a request`() throws {
        var session = try ready()
        let picture = Picture(size: size, fill: Colour(argb: 0xFF11_2233))
        #expect(!session.wantsUpdate)
        session.addDamage(Rectangle(x: 1, y: 1, width: 2, height: 1))
        session.addDamage(Rectangle(x: 2, y: 2, width: 1, height: 1))
        #expect(!session.wantsUpdate)
        _ = try session.receive(request(incremental: true, size.bounds)[...])
        let answered1 = session.update(from: picture)
        #expect(answered1)
        let box = ServerBytes.rectangle(1, 1, 2, 2)
        let pixel: [UInt8] = [0x33, 0x22, 0x11, 0xFF]
        #expect(session.takeOutput() == ServerBytes.update(1) + box + pixel + pixel + pixel + pixel)
        _ = try session.receive(request(incremental: true, size.bounds)[...])
        #expect(!session.wantsUpdate)
        let answered2 = session.update(from: picture)
        #expect(!answered2)
        session.addDamage(Rectangle(x: 100, y: 100, width: 5, height: 5))
        #expect(!session.wantsUpdate)
        session.addDamage(Rectangle(x: 7, y: 3, width: 5, height: 5))
        let answered3 = session.update(from: picture)
        #expect(answered3)
        #expect(session.takeOutput() == ServerBytes.update(1) + ServerBytes.rectangle(7, 3, 1, 1) + pixel)
    }

    @Test func `a full request is answered at once`() throws {
        var session = try ready()
        let events = try session.receive(
            request(incremental: false, Rectangle(x: 6, y: 0, width: 100, height: 1))[...])
        let area = Rectangle(x: 6, y: 0, width: 2, height: 1)
        #expect(events == [.updateRequested(incremental: false, area)])
        let answered4 = session.update(from: Picture(size: size))
        #expect(answered4)
        #expect(session.takeOutput().count == 4 + 12 + 8)
    }

    @Test(arguments: [
        ([UInt8]([0, 16, 8, 0]), [UInt8]([0x33, 0x22, 0x11, 0])),
        ([0, 0, 8, 16], [0x11, 0x22, 0x33, 0]),
        ([1, 16, 8, 0], [0, 0x11, 0x22, 0x33]),
        ([1, 0, 8, 16], [0, 0x33, 0x22, 0x11]),
        ([0, 24, 16, 8], [0, 0x33, 0x22, 0x11]),
        ([0, 8, 16, 24], [0, 0x11, 0x22, 0x33]),
    ])
    func `pixels come in the format that the client asked for`(format: [UInt8], expected: [UInt8]) throws {
        var session = try ready()
        let set: [UInt8] = [0, 0, 0, 0, 32, 24, format[0], 1, 0, 255, 0, 255, 0, 255] + format[1...] + [0, 0, 0]
        _ = try session.receive((set + request(incremental: false, size.bounds))[...])
        let answered5 = session.update(from: Picture(size: size, fill: Colour(argb: 0x0011_2233)))
        #expect(answered5)
        #expect(Array(session.takeOutput().suffix(4)) == expected)
    }

    @Test(arguments: [
        ([UInt8]([0, 0, 0, 0, 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0, 0, 0, 0]), RFBError.unsupportedPixelFormat),
        ([0, 0, 0, 0, 32, 24, 0, 0, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0], .unsupportedPixelFormat),
        ([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 25, 0, 0, 0], .unsupportedPixelFormat),
        ([0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 8, 8, 0, 0, 0, 0], .unsupportedPixelFormat),
        ([2, 0, 0xff, 0xff], .tooLong(bytes: 0xffff * 4, limit: 2048)),
        ([6, 0, 0, 0, 0x80, 0, 0, 1], .tooLong(bytes: 0x8000_0001, limit: 1 << 18)),
        ([7], .unknownMessage(7)),
        ([255], .unknownMessage(255)),
    ])
    func `hostile messages end the connection with a typed error`(bytes: [UInt8], error: RFBError) throws {
        var session = try ready()
        #expect(throws: error) { try session.receive(bytes[...]) }
    }

    @Test(arguments: [Array("RFB 003.003\n".utf8), Array("GET / HTTP/1".utf8), Array("RFB 003.008\n".utf8) + [2]])
    func `a bad greeting is refused`(bytes: [UInt8]) {
        var session = RFBServerSession(size: size, name: "x")
        #expect(throws: RFBError.self) { try session.receive(bytes[...]) }
    }
}

/// Both ends on a socket pair.
struct RFBPairTests {
    private let size = PixelSize(width: 640, height: 400)

    /// Serves a picture that each key changes, until the client goes.
    private func serve(_ socket: consuming Descriptor) throws {
        var server = try RFBServerConnection(socket: socket, size: size, name: "pair")
        var picture = Picture(size: size, fill: Colour(argb: 0xFF10_2030))
        var keys = 0
        while true {
            _ = try Poll.wait(for: server.descriptor, events: server.interest, timeout: .seconds(5))
            for case .keyDown(let key) in try server.receive() {
                let area = Rectangle(x: keys % 600, y: keys % 390, width: 7, height: 5)
                picture.fill(area, with: Colour(argb: 0xFF00_0000 | key))
                server.addDamage(area)
                keys += 1
            }
            try server.update(from: picture)
            try server.flush()
        }
    }

    @Test func `the client's picture is the server's, byte for byte`() throws {
        var picture = Picture(size: size, fill: Colour(argb: 0xFF10_2030))
        let numbers = try UnixSocket.pair().split { near, far in (near.take(), far.take()) }
        try WorkerThread.start("serve") {
            // Ends when the client closes.
            do { try serve(Descriptor(owning: numbers.1)) } catch {}
        }
        var client = try RFBClient(socket: Descriptor(owning: numbers.0), size: size)
        #expect(try client.next(timeout: .seconds(5)) == size.bounds)
        #expect(try client.next(timeout: .milliseconds(20)) == nil)
        for index in 0..<200 {
            try client.input.press(UInt32(index * 997))
            let area = Rectangle(x: index % 600, y: index % 390, width: 7, height: 5)
            picture.fill(area, with: Colour(argb: 0xFF00_0000 | UInt32(index * 997)))
            #expect(try client.next(timeout: .seconds(5)) == area)
        }
        // SAFETY: rows have no padding, and the client lives.
        let pixels = unsafe Array(
            UnsafeBufferPointer(start: client.pixels.assumingMemoryBound(to: UInt32.self), count: size.area))
        #expect(pixels == picture.pixels)
    }

    @Test func `a server that goes away is an error, not a wait`() throws {
        let near = try UnixSocket.pair().split { near, _ in near }
        var client = try RFBClient(socket: near, size: size)
        #expect(throws: RFBError.closed) { try client.next(timeout: .seconds(5)) }
    }

    @Test func `a server that says nothing is waited for no longer than told`() throws {
        let numbers = try UnixSocket.pair().split { near, far in (near.take(), far.take()) }
        let silent = Descriptor(owning: numbers.1)
        var client = try RFBClient(socket: Descriptor(owning: numbers.0), size: size)
        #expect(throws: RFBError.timedOut) { try client.handshake(timeout: .milliseconds(30)) }
        #expect(try client.next(timeout: .milliseconds(10)) == nil)
        _ = silent.raw
    }
}
