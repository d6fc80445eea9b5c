import Pictures
import RFB
import Testing

/// What a server may send, written down by hand from RFC 6143.
enum ServerBytes {
    static let version = Array("RFB 003.008\n".utf8)
    static let security: [UInt8] = [1, 1, 0, 0, 0, 0]
    static func start(width: UInt16 = 4, height: UInt16 = 2, name: UInt32 = 0) -> [UInt8] {
        two(width) + two(height) + [UInt8](repeating: 0, count: 16) + four(name)
    }
    static let greeting = version + security + start()
    static func update(_ rectangles: UInt16) -> [UInt8] { [0, 0] + two(rectangles) }
    static func rectangle(_ x: UInt16, _ y: UInt16, _ width: UInt16, _ height: UInt16, _ encoding: Int32 = 0) -> [UInt8]
    { two(x) + two(y) + two(width) + two(height) + four(UInt32(bitPattern: encoding)) }
    static func pixels(_ count: Int) -> [UInt8] { [UInt8](repeating: 7, count: count * 4) }
    static func two(_ n: UInt16) -> [UInt8] { [UInt8(n >> 8), UInt8(n & 0xff)] }
    static func four(_ n: UInt32) -> [UInt8] { two(UInt16(n >> 16)) + two(UInt16(n & 0xffff)) }
}

struct ClientSessionTests {
    typealias Bytes = ServerBytes
    private let size = PixelSize(width: 4, height: 2)

    private func ready() throws -> RFBClientSession {
        var session = RFBClientSession(size: size)
        let result = try session.consume(Bytes.greeting[...])
        #expect(result.events == [.ready] && result.left == 0)
        return session
    }

    @Test func `the handshake says what RFC 6143 asks for, and offers Raw only`() throws {
        var session = try ready()
        let native: [UInt8] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
        let encodings: [UInt8] = [2, 0, 0, 1, 0, 0, 0, 0]
        #expect(session.takeOutput() == Bytes.version + [1] + [1] + [0, 0, 0, 0] + native + encodings)
        session.request(incremental: true)
        #expect(session.takeOutput() == [3, 1, 0, 0, 0, 0, 0, 4, 0, 2])
    }

    @Test func `damage is the box around all rectangles of an update`() throws {
        var session = try ready()
        session.request(incremental: false)
        let update =
            Bytes.update(3) + Bytes.rectangle(0, 0, 1, 1) + Bytes.pixels(1) + Bytes.rectangle(0, 0, 0, 0)
            + Bytes.rectangle(2, 1, 2, 1) + Bytes.pixels(2)
        #expect(try session.consume(update[...]).events == [.updated(size.bounds)])
        #expect(!session.isWaiting)
    }

    @Test func `what comes between updates is skipped`() throws {
        var session = try ready()
        session.request(incremental: true)
        let bell: [UInt8] = [2]
        let text: [UInt8] = [3, 0, 0, 0] + Bytes.four(5) + Array("hello".utf8)
        let colours: [UInt8] = [1, 0, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 12)
        let update = Bytes.update(1) + Bytes.rectangle(1, 1, 1, 1) + Bytes.pixels(1)
        let all = bell + text + colours + update
        #expect(try session.consume(all[...]).events == [.updated(Rectangle(x: 1, y: 1, width: 1, height: 1))])
    }

    @Test func `an update may end early, or say that the size stays`() throws {
        var session = try ready()
        session.request(incremental: true)
        let update =
            Bytes.update(0xffff) + Bytes.rectangle(0, 0, 4, 2, -223) + Bytes.rectangle(0, 0, 1, 1) + Bytes.pixels(1)
            + Bytes.rectangle(0, 0, 0, 0, -224)
        #expect(
            try session.consume(update[...]).events == [.updated(Rectangle(x: 0, y: 0, width: 1, height: 1))])
    }

    private static let start = Bytes.version + Bytes.security
    static let greetings: [(bytes: [UInt8], error: RFBError)] = [
        (Array("RFB 003.007\n".utf8), .version),
        (Array("SSH-2.0-sshd".utf8), .version),
        (Array("RFB 003.00A\n".utf8), .version),
        (Bytes.version + [0], .security),
        (Bytes.version + [2, 2, 16], .security),
        (Bytes.version + [1, 1, 0, 0, 0, 1], .security),
        (start + Bytes.start(width: 5), .size(PixelSize(width: 5, height: 2))),
        (start + Bytes.start(width: 0xffff, height: 0xffff), .size(PixelSize(width: 65535, height: 65535))),
        (start + Bytes.start(name: 0xffff_ffff), .tooLong(bytes: 0xffff_ffff, limit: 4096)),
    ]

    @Test(arguments: greetings)
    func `a bad greeting is refused`(bytes: [UInt8], error: RFBError) {
        var session = RFBClientSession(size: size)
        #expect(throws: error) { try session.consume(bytes[...]) }
    }

    private static func update(_ x: UInt16, _ y: UInt16, _ w: UInt16, _ h: UInt16, _ encoding: Int32 = 0) -> [UInt8] {
        Bytes.update(1) + Bytes.rectangle(x, y, w, h, encoding)
    }
    private static func refused(_ x: Int, _ y: Int, _ w: Int, _ h: Int) -> RFBError {
        .rectangle(Rectangle(x: x, y: y, width: w, height: h))
    }
    private static let whole = Bytes.rectangle(0, 0, 4, 2) + Bytes.pixels(8)
    private static let endless = Bytes.update(0xffff) + Array(repeatElement(whole, count: 5).joined())
    static let messages: [(bytes: [UInt8], error: RFBError)] = [
        (update(0, 0, 5, 1), refused(0, 0, 5, 1)),
        (update(3, 0, 2, 1), refused(3, 0, 2, 1)),
        (update(0, 2, 1, 1), refused(0, 2, 1, 1)),
        (update(0xffff, 0xffff, 0xffff, 0xffff), refused(65535, 65535, 65535, 65535)),
        (update(0, 0, 1, 1, 16), .encoding(16)),
        (update(0, 0, 1, 1, -308), .encoding(-308)),
        (update(0, 0, 8, 8, -223), .size(PixelSize(width: 8, height: 8))),
        ([4], .unknownMessage(4)),
        ([0xff], .unknownMessage(0xff)),
        ([3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff], .tooLong(bytes: 0x7fff_ffff, limit: 1 << 18)),
        ([3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], .tooLong(bytes: 0xffff_ffff, limit: 1 << 18)),
        (endless, .flood),
    ]

    @Test(arguments: messages)
    func `hostile messages end the connection with a typed error`(bytes: [UInt8], error: RFBError) throws {
        var session = try ready()
        session.request(incremental: true)
        #expect(throws: error) { try session.consume(bytes[...]) }
    }

    @Test func `an update that nobody asked for is refused`() throws {
        var session = try ready()
        let update = Bytes.update(1) + Bytes.rectangle(0, 0, 1, 1) + Bytes.pixels(1)
        #expect(throws: RFBError.unsolicitedUpdate) { try session.consume(update[...]) }
    }

    @Test func `no bytes make the machine trap or want more than its limits`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var session = try ready()
            session.request(incremental: true)
            // Mostly plausible, so that it gets somewhere.
            let messages = (0..<8).map { _ in
                [
                    Bytes.update(UInt16.random(in: 0...3, using: &random)),
                    Bytes.rectangle(
                        .random(in: 0...4, using: &random), .random(in: 0...2, using: &random),
                        .random(in: 0...4, using: &random), .random(in: 0...2, using: &random),
                        [0, 0, 0, -224, -223, 5].randomElement(using: &random) ?? 0),
                    Bytes.pixels(.random(in: 0...8, using: &random)),
                    (0..<12).map { _ in UInt8.random(in: 0...255, using: &random) },
                ].randomElement(using: &random) ?? []
            }
            let bytes = Array(messages.joined())
            do throws(RFBError) { _ = try session.consume(bytes[...]) } catch { continue }
            switch session.need {
            case .bytes(let n): #expect((1...RFBLimits.textBytes).contains(n))
            case .pixels(let area): #expect(size.bounds.contains(area) && !area.isEmpty)
            case .skip(let n): #expect((1...RFBLimits.cutTextBytes + 0xffff * 6).contains(n))
            }
        }
    }
}
