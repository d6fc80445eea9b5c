import FuzzKit
import Pictures
import Testing
import Wire

@Suite struct MessageTests {
    private func golden(_ name: String) throws -> [[UInt8]] {
        try Fixture.pairs("golden.txt").filter { $0.first == name }.map { line in
            try #require(bytes(hexadecimal: line.second))
        }
    }

    @Test func `terminal messages are byte for byte what an independent encoder makes`() throws {
        #expect(try golden("terminal") == Samples.terminal.map { $0.encoded() })
        #expect(try golden("terminal").map { try TerminalMessage(decoding: $0) } == Samples.terminal)
    }

    @Test func `server messages are byte for byte what an independent encoder makes`() throws {
        #expect(try golden("server") == Samples.server.map { $0.encoded() })
        #expect(try golden("server").map { try ServerMessage(decoding: $0) } == Samples.server)
    }

    @Test func `application messages are byte for byte what an independent encoder makes`() throws {
        #expect(try golden("application") == Samples.applicationRequests.map { $0.encoded() })
        #expect(try golden("application").map { try ApplicationRequest(decoding: $0) } == Samples.applicationRequests)
        #expect(try golden("event") == Samples.events.map { $0.encoded() })
        #expect(try golden("event").map { try ApplicationEvent(decoding: $0) } == Samples.events)
        #expect(try golden("input") == Samples.applicationInputs.map { $0.encoded() })
        #expect(try golden("input").map { try ApplicationInput(decoding: $0) } == Samples.applicationInputs)
    }

    @Test func `every message comes back as it was sent`() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let terminal = RandomValue.terminalMessage(using: &random)
            #expect(try TerminalMessage(decoding: terminal.encoded()) == terminal)
            #expect(terminal.framed() == Framing.frame(terminal.encoded()))
            #expect(terminal.encoded().count <= WireLimits.terminalFrameBytes)
            let server = RandomValue.serverMessage(using: &random)
            #expect(try ServerMessage(decoding: server.encoded()) == server)
            #expect(server.framed() == Framing.frame(server.encoded()))
        }
        for _ in 0..<200 {
            let request = RandomValue.applicationRequest(using: &random)
            #expect(try ApplicationRequest(decoding: request.encoded()) == request)
            let event = ApplicationEvent.outcome(RandomValue.outcome(using: &random))
            #expect(try ApplicationEvent(decoding: event.encoded()) == event)
        }
    }

    @Test func `silence costs at most twenty bytes a heartbeat`() {
        #expect(TerminalMessage.heartbeat.framed().count <= 20)
        #expect(ServerMessage.heartbeat.framed().count <= 20)
    }

    @Test func `an access unit's payload is the last thing in its message, and is not copied out of it`() throws {
        let payload = [UInt8](repeating: 0x5a, count: 100_000)
        let unit = AccessUnit(
            sequence: .max, isKeyframe: true, layer: 3, damage: Rectangle(x: 4096, y: 4096, width: 0, height: 0),
            answered: .max, serverMicroseconds: .max, payload: payload[...])
        let bytes = ServerMessage.accessUnit(unit).encoded()
        #expect(bytes.suffix(payload.count) == payload[...])
        guard case .accessUnit(let decoded) = try ServerMessage(decoding: bytes) else {
            Issue.record("not an access unit")
            return
        }
        #expect(decoded == unit)
        // A slice of the message keeps the message's indices; a copy would begin at zero.
        #expect(decoded.payload.startIndex == bytes.count - payload.count)
        let whole = unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let part = unsafe decoded.payload.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(part == whole + UInt(decoded.payload.startIndex))
    }

    @Test func `the newest version that both speak is agreed on`() {
        #expect(Hello(versions: [7, 1, 0], software: "").agreedVersion == 1)
        #expect(Hello(versions: [7], software: "").agreedVersion == nil)
    }

    @Test func `a reason that is too long or has control characters is trimmed, not lost`() throws {
        let long = "no\u{1b}[31m way\n" + String(repeating: "é", count: 400)
        let message = ServerMessage.refused(Refusal(code: .malformed, reason: long))
        guard case .refused(let refusal) = try ServerMessage(decoding: message.encoded()) else {
            Issue.record("not a refusal")
            return
        }
        #expect(refusal.reason.hasPrefix("no\u{fffd}[31m way\u{fffd}é"))
        #expect((WireLimits.textBytes - 1...WireLimits.textBytes).contains(refusal.reason.utf8.count))
    }

    @Test func `what is entered is not in what is printed of it`() {
        for input in Samples.inputs {
            var printed = ""
            dump(Command(sequence: 1, input: input), to: &printed)
            printed += "\(input) \(String(reflecting: input)) \(Command(sequence: 1, input: input))"
            for secret in ["4111", "40001234", "0x41", "65, 17", "52, 49", "16, 17"] {
                #expect(!printed.contains(secret), "\(input)")
            }
        }
    }
}
