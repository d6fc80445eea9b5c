import Accept
import NIOCore
import Pictures
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
        terminal.send(bytes: [0, 0, 0x10, 0x01])
        #expect(try await terminal.next().refusal?.code == .malformed)
        try await server.expectEnd(.malformed(.frameTooLong(bytes: 4097, limit: 4096)))
        try await server.expectService("after an oversized frame")
    }

    @Test func `a message before the hello, and a second hello, are out of place`() async throws {
        let early = try await Loopback()
        let first = try await early.connect()
        first.send(.keyframeRequest)
        try await early.expectEnd(.unexpected(message: "before hello"))
        try await first.expectClosed()

        let twice = try await Loopback()
        let second = try await welcomed(twice)
        second.send(Self.hello)
        try await twice.expectEnd(.unexpected(message: "hello"))
        try await second.expectClosed()
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
