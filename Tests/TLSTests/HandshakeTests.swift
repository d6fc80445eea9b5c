import Glibc
import LinuxBase
import Measurements
import Rig
import TLS
import TPM
import Testing

@Suite(.serialized) struct HandshakeTests {
    @Test func `both sides are sure of each other, with the key in the TPM`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        var connection = try TLSConnection(to: peer.port, terminal.context())
        try connection.finishHandshake()
        let parameters = connection.parameters
        #expect(parameters.hasPrefix("TLSv1.3 TLS_AES_256_GCM_SHA384 "))
        try connection.send(Array("vitrine\n".utf8))
        #expect(try connection.receive() == Array("enirtiv\n".utf8))
        connection.close()
        let printed = peer.printed
        #expect(printed.contains("CN = T-1"))
    }

    @Test func `an address is a server's name too`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        var connection = try TLSConnection(to: peer.port, as: "127.0.0.1", terminal.context())
        try connection.finishHandshake()
    }

    @Test func `a server of an unknown authority is refused`() throws {
        let terminal = try Terminal()
        let stranger = try Authority(folder: terminal.folder.path + "/stranger")
        let peer = try terminal.peer(certificate: stranger.server("server", names: "DNS:localhost"))
        try expect(.peerCertificate(.unknownAuthority), from: terminal, peer)
    }

    @Test func `a server's expired certificate is refused`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer(certificate: terminal.authority.server("old", names: "DNS:localhost", days: -1))
        try expect(.peerCertificate(.expired), from: terminal, peer)
    }

    @Test(arguments: ["example.org", "localhost.example.org", "127.0.0.2", "sub.localhost"])
    func `a server of another name is refused`(name: String) throws {
        let terminal = try Terminal()
        try expect(.peerCertificate(.wrongName), from: terminal, terminal.peer(), as: name)
    }

    @Test func `a client's certificate does not make a server`() throws {
        let terminal = try Terminal()
        let base = terminal.folder.path + "/authority/server"
        let peer = try terminal.peer()
        _ = try terminal.authority.client(try Files.read(base + ".csr", limit: 65536))
        let both = try Files.read(terminal.folder.path + "/authority/client.crt", limit: 65536)
        try Files.replace(base + "-as-client.pem", with: both + Files.read(base + ".key", limit: 65536))
        _ = consume peer
        let impostor = try terminal.peer(certificate: base + "-as-client.pem")
        var connection = try TLSConnection(to: impostor.port, terminal.context())
        #expect {
            try connection.finishHandshake()
        } throws: {
            guard case .peerCertificate(.other)? = $0 as? TLSError else { return false }
            return true
        }
    }

    @Test func `TLS 1.2 is refused`() throws {
        let terminal = try Terminal()
        try expect(.protocolVersion, from: terminal, terminal.peer(version: "-tls1_2"))
    }

    @Test func `a server without our application protocol is refused, and so is one with another`() throws {
        let terminal = try Terminal()
        try expect(.applicationProtocol, from: terminal, terminal.peer(application: nil))
        try expect(.refusedByPeer(.noApplicationProtocol), from: terminal, terminal.peer(application: "h2"))
    }

    @Test func `the server's refusal of an unknown client arrives with its reason`() throws {
        let terminal = try Terminal()
        let stranger = try Authority(folder: terminal.folder.path + "/stranger")
        let context = try terminal.context(certificate: stranger.client(terminal.request()))
        try expectRefusal(.unknownAuthority, terminal, context)
    }

    @Test func `the server's refusal of an expired client arrives with its reason`() throws {
        let terminal = try Terminal()
        let context = try terminal.context(certificate: terminal.authority.client(terminal.request(), days: -1))
        try expectRefusal(.certificateExpired, terminal, context)
    }

    @Test func `a certificate of another key is refused before any connection`() throws {
        let terminal = try Terminal()
        let other = try terminal.authority.server("server", names: "DNS:localhost")
        #expect {
            _ = try terminal.context(certificate: try Files.read(other, limit: 65536))
        } throws: {
            guard case .ownCertificate? = $0 as? TLSError else { return false }
            return true
        }
    }

    @Test func `a text without a certificate is refused by its place`() throws {
        let terminal = try Terminal()
        #expect(throws: TLSError.ownCertificate(reason: "no certificate in the PEM text")) {
            _ = try terminal.context(certificate: Array("nothing".utf8))
        }
        let empty = terminal.folder.path + "/empty"
        try Files.replace(empty, with: [])
        #expect(throws: TLSError.roots(reason: "no certificate in the PEM text")) {
            _ = try terminal.context(roots: empty)
        }
    }

    @Test func `a key that does not sign is named as the cause`() throws {
        let terminal = try Terminal()
        let context = try terminal.context(sign: { _ in throw TPMError.lockedOut(call: "Sign") })
        let peer = try terminal.peer()
        var connection = try TLSConnection(to: peer.port, context)
        #expect(throws: TLSError.signing(reason: TPMError.lockedOut(call: "Sign").description)) {
            try connection.finishHandshake()
        }
    }

    @Test func `a signature by another key is refused by the server`() throws {
        let terminal = try Terminal()
        let other = try Terminal()
        let device = other.device
        let context = try terminal.context(sign: { digest in
            let signature = try device.sign(digest: digest)
            return (signature.r, signature.s)
        })
        try expectRefusal(TLSAlert(number: 51), terminal, context)
    }

    @Test func `a handshake takes little more than the signature`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        let context = try terminal.context()
        var handshakes: [Double] = []
        var signatures: [Double] = []
        for _ in 0..<20 {
            let start = Clock.now()
            _ = try terminal.device.sign(digest: Array(repeating: 1, count: 32))
            signatures.append((Clock.now() - start).milliseconds)
            var connection = try TLSConnection(to: peer.port, context)
            let first = Clock.now()
            try connection.finishHandshake()
            handshakes.append((Clock.now() - first).milliseconds)
        }
        let handshake = try #require(Percentiles(handshakes).p50)
        let signature = try #require(Percentiles(signatures).p50)
        print(
            "handshake p50 \(handshake) ms, p95 \(Percentiles(handshakes).p95 ?? 0) ms; signature p50 \(signature) ms")
        #expect(handshake < signature + 100, "a shared machine is granted much; a wait for a timer is not")
    }

    private func expect(
        _ error: TLSError, from terminal: borrowing Terminal, _ peer: borrowing TLSPeer, as name: String = "localhost",
        at location: SourceLocation = #_sourceLocation
    ) throws {
        var connection = try TLSConnection(to: peer.port, as: name, terminal.context())
        #expect(throws: error, sourceLocation: location) { try connection.finishHandshake() }
    }

    /// The client is done before the server has judged its certificate: the verdict comes with the first read.
    private func expectRefusal(
        _ alert: TLSAlert, _ terminal: borrowing Terminal, _ context: TLSClientContext,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let peer = try terminal.peer()
        var connection = try TLSConnection(to: peer.port, context)
        try connection.finishHandshake()
        #expect(throws: TLSError.refusedByPeer(alert), sourceLocation: location) { _ = try connection.receive() }
    }
}
