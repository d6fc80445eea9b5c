import LinuxBase
import Measurements
import Rig
import TLS
import TPM
import Testing

/// At which time certificates are judged, and connections that are taken up again.
@Suite(.serialized) struct TimeTests {
    private let day: Int64 = 86400

    private func handshake(
        _ terminal: borrowing Terminal, _ peer: borrowing TLSPeer, _ time: VerificationTime
    ) throws {
        var connection = try TLSConnection(to: peer.port, terminal.context(), time: time)
        try connection.finishHandshake()
    }

    @Test func `a certificate is good on a day of its life, by an exact clock`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        let now = Clock.secondsSince1970()
        try handshake(terminal, peer, .exactly(now + day))
        #expect(throws: TLSError.peerCertificate(.expired)) { try handshake(terminal, peer, .exactly(now + 40 * day)) }
        #expect(throws: TLSError.peerCertificate(.notYetValid)) { try handshake(terminal, peer, .exactly(now - day)) }
    }

    @Test func `a terminal without a clock accepts what begins later, and never what has ended`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        let now = Clock.secondsSince1970()
        try handshake(terminal, peer, .notBefore(now - 3000 * day))
        try handshake(terminal, peer, .notBefore(now))
        #expect(throws: TLSError.peerCertificate(.expired)) {
            try handshake(terminal, peer, .notBefore(now + 40 * day))
        }
    }

    @Test func `early is all that is let pass: a stranger is a stranger at any time`() throws {
        let terminal = try Terminal()
        let stranger = try Authority(folder: terminal.folder.path + "/stranger")
        let peer = try terminal.peer(certificate: stranger.server("server", names: "DNS:localhost"))
        #expect(throws: TLSError.peerCertificate(.unknownAuthority)) { try handshake(terminal, peer, .notBefore(0)) }
    }

    @Test func `a session is taken up again without a signature`() throws {
        let terminal = try Terminal()
        let peer = try terminal.peer()
        let context = try terminal.context()
        var first = try TLSConnection(to: peer.port, context)
        try first.finishHandshake()
        try first.send(Array("ab\n".utf8))
        #expect(try first.receive() == Array("ba\n".utf8))
        let wasResumed = first.isResumed
        #expect(!wasResumed)
        let found = first.session
        let session = try #require(found)
        #expect(session.certificateEnd > Clock.secondsSince1970() + 20 * day)
        first.close()
        // A key that cannot sign any more: whatever is asked of it fails.
        var second = try TLSConnection(to: peer.port, context, session: session)
        try second.finishHandshake()
        let isResumed = second.isResumed
        #expect(isResumed)
        try second.send(Array("cd\n".utf8))
        #expect(try second.receive() == Array("dc\n".utf8))
    }

    @Test func `the ends of a certificate's life`() throws {
        let terminal = try Terminal()
        let pem = try terminal.authority.client(terminal.request(), days: 30)
        let validity = try #require(CertificateValidity(pem: pem))
        #expect(validity.end - validity.begin == 30 * day)
        #expect(!validity.isDue(at: validity.begin + 19 * day, fraction: (2, 3)))
        #expect(validity.isDue(at: validity.begin + 21 * day, fraction: (2, 3)))
        #expect(CertificateValidity(pem: Array("no certificate".utf8)) == nil)
    }
}
