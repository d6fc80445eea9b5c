import ISO8583
import LinuxBase
import Measurements
import Rig
import Testing

/// The issuer against an acquirer that is no gateway.
@Suite(.serialized) final class IssuerTests {
    private let folder: TemporaryFolder
    private let issuer: Issuer

    init() throws {
        folder = try TemporaryFolder()
        issuer = try Issuer(folder: folder.path + "/issuer")
        try issuer.addAccount(Shop.card, ["expiry": "4912", "balance": "500"])
        try issuer.start()
    }

    /// A connection, and what came over it.
    private struct Acquirer: ~Copyable {
        private let socket: Descriptor
        private var splitter = MessageSplitter()

        init(_ port: UInt16) throws {
            let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
            _ = try Poll.wait(for: socket.raw, events: .writable, timeout: .seconds(5))
            try TCPSocket.finishConnecting(socket)
            self.socket = socket
        }

        mutating func signOn() throws {
            var message = Message(.networkRequest)
            try message.put(.traceNumber, 1)
            try message.put(.networkCode, 1)
            guard try ask(message)?[.responseCode] == .approved else { throw RigError.wrong("no sign-on") }
        }

        func send(_ bytes: [UInt8]) throws { try socket.writeAll(bytes) }

        /// Nil at the end of the connection.
        mutating func ask(_ message: Message) throws -> Message? {
            try send(try MessageFraming.frame(message.encoded()))
            return try next()
        }

        mutating func next() throws -> Message? {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                if let bytes = try splitter.next() { return try Message(decoding: bytes) }
                guard try !Poll.wait(for: socket.raw, events: .readable, timeout: .seconds(5)).isEmpty else {
                    throw RigError.timedOut(waitingFor: "an answer", log: "")
                }
                guard case .bytes(let count) = try socket.read(into: &buffer) else { return nil }
                splitter.append(buffer[..<count])
            }
        }
    }

    private static let noon = MonthToSecond(month: 11, day: 23, hour: 12, minute: 0, second: 0)

    private func message(_ type: MessageType, trace: UInt64 = 7, amount: UInt64 = 1000) throws -> Message {
        var message = Message(type)
        try message.put(.amount, amount)
        try message.put(.transmitted, try #require(Self.noon))
        try message.put(.traceNumber, trace)
        try message.put(.acquirer, "10")
        try message.put(.retrievalReference, "000000000007")
        try message.put(.terminal, "T-1000")
        try message.put(.currency, "EUR")
        if type == .financialRequest || type == .financialRepeat { try message.put(.account, Array(Shop.card.utf8)) }
        if type == .reversalAdvice || type == .reversalAdviceRepeat {
            try message.put(
                .original,
                OriginalData(
                    type: .financialRequest, traceNumber: trace, transmitted: try #require(Self.noon), acquirer: "10"))
        }
        return message
    }

    private func codes(_ messages: [Message]) throws -> [String] {
        var acquirer = try Acquirer(issuer.port)
        try acquirer.signOn()
        var codes: [String] = []
        for message in messages { codes.append(try acquirer.ask(message)?[.responseCode]?.rawValue ?? "closed") }
        return codes
    }

    @Test func `request, repeats and reversals of one payment move its money once each way`() throws {
        let (request, again) = (try message(.financialRequest), try message(.financialRepeat))
        let (back, backAgain) = (try message(.reversalAdvice), try message(.reversalAdviceRepeat))
        #expect(try codes([request, request, again]) == ["00", "00", "00"])
        #expect(try issuer.ledger().accounts.map(\.balance) == [49_000])
        // Over a restart too; and with another amount it is another payment under the same name.
        try issuer.kill()
        try issuer.start()
        #expect(try codes([again, try message(.financialRepeat, amount: 1001)]) == ["00", "94"])
        #expect(try codes([back, backAgain, back]) == ["00", "00", "00"])
        #expect(try issuer.ledger().accounts.map(\.balance) == [50_000])
        #expect(try codes([again, request]) == ["12", "12"])
        #expect(try issuer.ledger().accounts.map(\.balance) == [50_000])
        #expect(try issuer.ledger().entries.map(\.condition) == ["reversed"])
    }

    @Test func `a reversal before its request is kept, and the request refused`() throws {
        #expect(try codes([try message(.reversalAdvice), try message(.financialRequest)]) == ["00", "12"])
        #expect(try codes([try message(.financialRequest, trace: 8)]) == ["00"])
        let ledger = try issuer.ledger()
        #expect(ledger.entries.map(\.condition) == ["reversed", "taken"])
        #expect(ledger.accounts.map(\.balance) == [49_000])
    }

    @Test func `a payment before the sign-on is not taken`() throws {
        var acquirer = try Acquirer(issuer.port)
        let answer = try acquirer.ask(try message(.financialRequest))
        #expect(answer?[.responseCode] == .issuerUnavailable)
        #expect(try issuer.ledger().entries.isEmpty)
    }

    @Test func `a request without what it must have is answered 30`() throws {
        for field in [2, 4, 7, 11, 32, 37, 41, 49] {
            var broken = try message(.financialRequest)
            try broken.set(field, nil)
            #expect(try codes([broken]) == ["30"], "field \(field)")
        }
        var reversal = try message(.reversalAdvice)
        try reversal.put(.acquirer, "11")
        #expect(try codes([reversal]) == ["30"], "of another acquirer's payment")
        #expect(try codes([try message(.authorisationRequest)]) == ["12"])
        #expect(try issuer.ledger().entries.isEmpty)
    }

    @Test func `garbage ends its connection and no other`() throws {
        var good = try Acquirer(issuer.port)
        try good.signOn()
        let whole = try message(.financialRequest).encoded()
        let garbage: [[UInt8]] = [
            [0xFF, 0xFF, 0x30], [0, 4] + Array("GET ".utf8), [0, 0], [0, 20] + Array(whole[..<20]),
            try MessageFraming.frame(whole + [0x30]), try MessageFraming.frame(Array(whole.dropLast())),
        ]
        for bytes in garbage {
            var bad = try Acquirer(issuer.port)
            try bad.send(bytes)
            let answer = try bad.next()
            #expect(answer == nil)
        }
        let answer = try good.ask(try message(.financialRequest))
        #expect(answer?[.responseCode] == .approved)
        #expect(try issuer.ledger().entries.count == 1)
    }

    @Test func `one issuer serves a ledger`() throws {
        let ended = try run(
            "vitrine-issuer", ["serve", "--state", issuer.folder, "--listen", "127.0.0.1:0"], in: folder.path,
            expecting: nil)
        #expect(ended.status != 0)
        #expect(ended.output.contains("another issuer serves"))
    }
}
