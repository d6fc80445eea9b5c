import Accept
import LinuxBase
import NIOCore
import Pictures
import Rig
import Testing
import Wire

/// What a welcomed terminal may do, and what ends its connection. The process lives, and so do all others.
@Suite struct ConnectionTests {
    private static let hello = TerminalMessage.hello(Hello(versions: [1], software: "test"))

    private func welcomed(_ server: Loopback) async throws -> TestTerminal {
        let terminal = try await server.connect()
        terminal.send(Self.hello)
        _ = try await terminal.next()
        return terminal
    }

    @Test func `bytes that are no message end the connection with their name`() async throws {
        let server = try await Loopback()
        let terminal = try await welcomed(server)
        let bystander = try await welcomed(server)
        terminal.send(bytes: [0, 0, 0, 2, 0xFF, 0xFF])
        let refusal = try await terminal.next().refusal
        #expect(refusal?.code == .malformed)
        try await terminal.expectClosed()
        try await eventually("the end") { server.recorder.seen.ends.count == 1 }
        guard case .malformed? = server.recorder.seen.ends.first else {
            Issue.record("\(server.recorder.seen.ends)")
            return
        }
        bystander.send(.keyframeRequest)
        try await eventually("the bystander's message") { server.recorder.seen.messages == [.keyframeRequest] }
    }

    @Test func `a frame over the limit is refused by its length, before it comes`() async throws {
        let server = try await Loopback()
        let terminal = try await welcomed(server)
        let limit = WireLimits.terminalFrameBytes
        terminal.send(bytes: [0, 0, UInt8((limit + 1) >> 8), UInt8((limit + 1) & 0xff)])
        #expect(try await terminal.next().refusal?.code == .malformed)
        try await server.expectEnd(.malformed(.frameTooLong(bytes: limit + 1, limit: limit)))
        try await server.expectService("after an oversized frame")
    }

    @Test func `a message before the hello, and a second hello, are out of place`() async throws {
        let early = try await Loopback()
        let first = try await early.connect()
        first.send(.keyframeRequest)
        try await early.expectEnd(.unexpected(message: "before welcome"))
        try await first.expectClosed()

        let twice = try await Loopback()
        let second = try await welcomed(twice)
        second.send(Self.hello)
        try await twice.expectEnd(.unexpected(message: "hello"))
        try await second.expectClosed()
    }

    @Test func `only an attestation may be long`() async throws {
        let server = try await Loopback()
        let terminal = try await welcomed(server)
        let long = TerminalMessage.hello(Hello(versions: [1], software: "")).encoded()
        terminal.send(bytes: Framing.frame(long + [UInt8](repeating: 0, count: WireLimits.terminalMessageBytes)))
        #expect(try await terminal.next().refusal?.code == .malformed)
    }

    private static let challenge = Challenge(nonce: [UInt8](repeating: 9, count: 32), registers: [11, 14])
    private static let attestation = Attestation(
        statement: [1], signature: [UInt8](repeating: 0, count: 64), log: [1])

    @Test func `a challenge comes before the welcome, and nothing but its answer is heard meanwhile`() async throws {
        let server = try await Loopback(Recorder(challenge: Self.challenge))
        let terminal = try await server.connect()
        terminal.send(Self.hello)
        #expect(try await terminal.next() == .challenge(Self.challenge))
        terminal.send(.heartbeat)
        terminal.send(.attestation(Self.attestation))
        try await eventually("the answer") { server.recorder.seen.messages == [.attestation(Self.attestation)] }
        let connection = try #require(server.recorder.seen.connections.first)
        try await server.onLoop { connection.welcome(time: 7, ticket: [UInt8](repeating: 3, count: 32)) }
        let ticket = [UInt8](repeating: 3, count: 32)
        #expect(try await terminal.next() == .welcome(Welcome(version: 1, software: "test/1", time: 7, ticket: ticket)))

        let other = try await Loopback(Recorder(challenge: Self.challenge))
        let hasty = try await other.connect()
        hasty.send(Self.hello)
        #expect(try await hasty.next() == .challenge(Self.challenge))
        hasty.send(.keyframeRequest)
        try await other.expectEnd(.unexpected(message: "before welcome"))
    }

    @Test func `a challenge that is not answered ends the connection`() async throws {
        let server = try await Loopback(Recorder(challenge: Self.challenge)) { $0.attestation = .milliseconds(200) }
        let terminal = try await server.connect()
        terminal.send(Self.hello)
        #expect(try await terminal.next() == .challenge(Self.challenge))
        try await server.expectEnd(.attestationTimedOut)
    }

    @Test func `both ends of a connection compute the same binding, whoever else says the same random`() async throws {
        let server = try await Loopback()
        let identity = try server.authority.issue("t1")
        let folder = try TemporaryFolder()
        for (name, bytes) in [
            ("cert", try identity.pem()), ("key", identity.keyPEM), ("root", try server.authority.pem()),
        ] { try Files.replace("\(folder.path)/\(name).pem", with: bytes) }
        let hello = "\(folder.path)/hello"
        try Files.replace(hello, with: Framing.frame(Self.hello.encoded()))
        for group in ["X25519", "P-256", "P-384"] {
            // An independent implementation prints its own.
            let printed = try run(
                try Programs.tool("openssl"),
                [
                    "s_client", "-connect", "127.0.0.1:\(server.listener.port)", "-alpn", "vitrine/1", "-tls1_3",
                    "-groups",
                    group, "-cert", "\(folder.path)/cert.pem", "-key", "\(folder.path)/key.pem", "-CAfile",
                    "\(folder.path)/root.pem", "-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32",
                    "-sess_out", "\(folder.path)/session",
                ], in: folder.path, expecting: nil, input: hello)
            let line = printed.output.split(separator: "\n").first { $0.contains("Keying material: ") }
            let theirs = String(try #require(line?.split(separator: " ").last))
            try await eventually("our binding") {
                server.recorder.seen.bindings.contains { binding in
                    binding?.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined() == theirs
                }
            }
        }
    }

    @Test func `without a common version there is a refusal`() async throws {
        let server = try await Loopback()
        let terminal = try await server.connect()
        terminal.send(.hello(Hello(versions: [2, 3], software: "test")))
        let refusal = try await terminal.next().refusal
        #expect(refusal?.code == .version)
        try await server.expectEnd(.noCommonVersion)
    }

    @Test func `a terminal that says no hello, and one that does not even shake hands, have limited time`() async throws
    {
        let server = try await Loopback { $0.greeting = .milliseconds(300) }
        _ = try await server.connect()
        try await server.expectEnd(.helloTimedOut)

        let mute = try await Loopback { $0.greeting = .milliseconds(300) }
        _ = try await TestTerminal.connect(port: mute.listener.port, tls: nil)
        try await mute.expectEnd(.handshakeTimedOut)
        try await mute.expectService("after a mute peer")
    }

    @Test func `silence costs a heartbeat, and too much of it the connection`() async throws {
        let server = try await Loopback {
            $0.heartbeat = .milliseconds(100)
            $0.silence = .milliseconds(700)
        }
        let terminal = try await welcomed(server)
        for _ in 1...3 { #expect(try await terminal.next() == .heartbeat) }
        try await server.expectEnd(.silent)
        try await terminal.expectClosed()
    }

    @Test func `a terminal that keeps talking stays`() async throws {
        let server = try await Loopback { $0.silence = .milliseconds(400) }
        let terminal = try await welcomed(server)
        for _ in 0..<10 {
            terminal.send(.heartbeat)
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(!terminal.isClosed)
        #expect(server.recorder.seen.messages == [])
    }

    @Test func `a frame that trickles in is given up`() async throws {
        let server = try await Loopback { $0.frame = .milliseconds(300) }
        let terminal = try await welcomed(server)
        for byte: UInt8 in [0, 0, 0, 64, 1, 1, 1, 1, 1] {
            terminal.send(bytes: [byte])
            try await Task.sleep(for: .milliseconds(60))
        }
        try await server.expectEnd(.slowFrame)
    }

    @Test func `a terminal that reads nothing is dropped, and its messages wait in nobody's memory`() async throws {
        let server = try await Loopback {
            $0.heartbeat = .milliseconds(100)
            $0.silence = .milliseconds(500)
        }
        let terminal = try await welcomed(server)
        try await terminal.stopReading()
        let connection = try #require(server.recorder.seen.connections.first)
        let unit = AccessUnit(
            sequence: 1, isKeyframe: true, layer: 0, damage: .init(x: 0, y: 0, width: 16, height: 16), answered: 0,
            serverMicroseconds: 0, payload: [UInt8](repeating: 7, count: 3 << 20)[...])
        try await server.onLoop { for _ in 0..<4 { connection.send(.accessUnit(unit)) } }
        let talk = Task {
            while !Task.isCancelled { terminal.send(.heartbeat); try await Task.sleep(for: .milliseconds(50)) }
        }
        try await server.expectEnd(.stalled)
        talk.cancel()
        try await server.expectService("after a terminal that reads nothing")
    }

    @Test func `a message is taken when the socket has it, not when it was asked for`() async throws {
        let server = try await Loopback()
        let terminal = try await welcomed(server)
        try await terminal.stopReading()
        let connection = try #require(server.recorder.seen.connections.first)
        let taken = Counter()
        let unit = AccessUnit(
            sequence: 1, isKeyframe: true, layer: 0, damage: .init(x: 0, y: 0, width: 16, height: 16), answered: 0,
            serverMicroseconds: 0, payload: [UInt8](repeating: 7, count: 4000)[...])
        try await server.onLoop { connection.send(.accessUnit(unit)) { taken.add() } }
        try await eventually("a small message to be taken") { taken.value == 1 }
        let large = AccessUnit(
            sequence: 2, isKeyframe: true, layer: 0, damage: .init(x: 0, y: 0, width: 16, height: 16), answered: 0,
            serverMicroseconds: 0, payload: [UInt8](repeating: 7, count: 4_000_000)[...])
        try await server.onLoop {
            for _ in 0..<4 { connection.send(.accessUnit(large)) { taken.add() } }
        }
        try await Task.sleep(for: .milliseconds(300))
        #expect(taken.value < 5)
    }
}
