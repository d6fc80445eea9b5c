import Accept
import NIOCore
import NIOSSL
import Testing
import Wire

/// Who gets in, and what those hear who do not. Each bad connection is followed by a good one on the same listener.
@Suite struct AcceptTests {
    private static let hello = TerminalMessage.hello(Hello(versions: [1], software: "test"))

    @Test func `a terminal of the authority is welcomed and heard`() async throws {
        let server = try await Loopback()
        let identity = try server.authority.issue("t1")
        let terminal = try await server.connect(identity)
        terminal.send(Self.hello)
        #expect(try await terminal.next() == .welcome(Welcome(version: 1, software: "test/1")))
        terminal.send(.keyframeRequest)
        terminal.send(.heartbeat)
        terminal.send(.cancel(.user))
        try await eventually("the messages") { server.recorder.seen.messages == [.keyframeRequest, .cancel(.user)] }
        #expect(try server.recorder.seen.certificates == [identity.der()])
        terminal.close()
        try await server.expectEnd(.closedByTerminal)
        #expect(server.recorder.seen.ends == [.closedByTerminal])
    }

    @Test func `a terminal without a certificate is refused`() async throws {
        let server = try await Loopback()
        let terminal = try await server.connect(nil)
        try await server.expectEnd(.noCertificate)
        try await terminal.expectClosed()
        try await server.expectService("after a terminal without a certificate")
        #expect(server.recorder.seen.certificates.count == 1)
    }

    @Test func `a certificate of another authority is refused, whatever that authority calls itself`() async throws {
        for name in ["Authority", "Somebody else"] {
            let server = try await Loopback()
            let terminal = try await server.connect(try TestAuthority(name).issue("t1"))
            try await server.expectEnd(.unknownAuthority)
            try await terminal.expectClosed()
            try await server.expectService("after an unknown authority")
        }
    }

    @Test(
        arguments: [
            (-7200, -3600, .certificateExpired), (3600, 7200, .certificateNotYetValid),
        ] as [(Double, Double, ConnectionEnd)])
    func `a certificate out of its time is refused by name`(
        _ from: Double, _ to: Double, _ reason: ConnectionEnd
    ) async throws {
        let server = try await Loopback()
        let terminal = try await server.connect(try server.authority.issue("t1", from: from, to: to))
        try await server.expectEnd(reason)
        try await terminal.expectClosed()
        try await server.expectService("after a certificate out of its time")
    }

    @Test func `a server's certificate does not make a terminal`() async throws {
        let server = try await Loopback()
        let terminal = try await server.connect(try server.authority.issue("t1", isServer: true))
        try await server.expectEnd(.certificateUnsuitable)
        try await terminal.expectClosed()
    }

    @Test func `a terminal that does not trust the server is known to have said so`() async throws {
        let server = try await Loopback()
        let other = try TestAuthority("Somebody else")
        _ = try await server.connect(try server.authority.issue("t1")) { configuration in
            configuration.trustRoots = (try? NIOSSLCertificate.fromPEMBytes(other.pem())).map { .certificates($0) }
        }
        try await eventually("a line") { server.log.all.contains { $0.contains("terminal refused the server's") } }
        try await server.expectService("after a distrustful terminal")
    }

    @Test func `another protocol, an older TLS and no TLS at all are refused`() async throws {
        let server = try await Loopback()
        let identity = try server.authority.issue("t1")
        _ = try await server.connect(identity) { $0.applicationProtocols = ["h2"] }
        try await eventually("the protocol") {
            server.log.all.contains { $0.contains("\(ConnectionEnd.wrongProtocol)") }
        }
        _ = try await server.connect(identity) { $0.maximumTLSVersion = .tlsv12 }
        try await eventually("the version") { server.log.all.contains { $0.contains("UNSUPPORTED_PROTOCOL") } }
        let plain = try await TestTerminal.connect(port: server.listener.port, tls: nil)
        plain.send(bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8))
        try await eventually("no TLS") { server.log.all.contains { $0.contains("\(ConnectionEnd.notTLS)") } }
        try await server.expectService("after three strangers")
    }

    @Test func `what the owner refuses is told to the terminal`() async throws {
        let server = try await Loopback(Recorder(welcomes: false))
        let terminal = try await server.connect()
        terminal.send(Self.hello)
        try await eventually("the connection") { server.recorder.seen.connections.count == 1 }
        let connection = try #require(server.recorder.seen.connections.first)
        let refusal = Refusal(code: .unknownTerminal, reason: "certificate revoked")
        try await server.onLoop { connection.refuse(refusal) }
        #expect(try await terminal.next() == .refused(refusal))
        try await terminal.expectClosed()
        try await server.expectEnd(.refused(.unknownTerminal))
    }

    @Test func `what comes before the owner's answer waits for it, bounded`() async throws {
        let server = try await Loopback(Recorder(welcomes: false))
        let terminal = try await server.connect()
        terminal.send(Self.hello)
        terminal.send(.keyframeRequest)
        try await eventually("the connection") { server.recorder.seen.connections.count == 1 }
        try await Task.sleep(for: .milliseconds(50))
        #expect(server.recorder.seen.messages == [])
        let connection = try #require(server.recorder.seen.connections.first)
        try await server.onLoop { connection.know(terminal: "t1") }
        try await eventually("the message") { server.recorder.seen.messages == [.keyframeRequest] }

        let flood = try await server.connect()
        flood.send(Self.hello)
        for _ in 0..<32 { flood.send(bytes: [UInt8](repeating: 0, count: 4096)) }
        try await flood.expectClosed()
        #expect(server.log.all.contains { $0.contains("malformed") })
    }

    @Test func `connections are counted, in all and by address, and a place is free again when one ends`() async throws
    {
        let total = try await Loopback { $0.connections = 2 }
        let address = try await Loopback { $0.connectionsPerAddress = 2 }
        for (server, reason) in [(total, ConnectionEnd.tooManyConnections), (address, .tooManyFromAddress)] {
            let first = try await server.connect()
            let second = try await server.connect()
            for terminal in [first, second] {
                terminal.send(Self.hello)
                _ = try await terminal.next()
            }
            let third = try await server.connect()
            try await server.expectEnd(reason)
            try await third.expectClosed()
            first.close()
            try await eventually("the end") { server.recorder.seen.ends.count == 1 }
            try await server.expectService("after a place became free")
        }
    }
}

extension Loopback {
    /// Runs something where the listener's connections live.
    func onLoop(_ body: @escaping @Sendable () -> Void) async throws { try await loop.submit(body).get() }
}
