import LinuxBase
import Payments
import Rig
import Testing

/// The line to the bank under TLS.
@Suite(.serialized) final class TLSHostTests {
    /// A certificate for `name`, which is its own authority.
    private static func certificate(_ name: String, in folder: String) throws -> (certificate: String, key: String) {
        let (certificate, key) = ("\(folder)/\(name).pem", "\(folder)/\(name).key")
        try run(
            try Programs.tool("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-out", certificate, "-keyout", key,
            ], in: folder)
        return (certificate, key)
    }

    private func attempt(shows: String, expects: String, trusts: String? = nil) async throws -> PaymentResult {
        let folder = try TemporaryFolder()
        let own = try Self.certificate(shows, in: folder.path)
        let trusted = try trusts.map { try Self.certificate($0, in: folder.path).certificate } ?? own.certificate
        let shop = try Shop(
            options: ["--certificate", own.certificate, "--key", own.key],
            tls: HostTLS(authority: Files.read(trusted, limit: 1 << 16), hostName: expects)
        ) { $0.answer = .milliseconds(700) }
        let result = try await shop.pay(1000)
        #expect(try shop.issuer.ledger().entries.count == (result.isApproved ? 1 : 0))
        await shop.stop()
        return result
    }

    @Test func `payments pass under TLS to a host that is who it should be, and to no other`() async throws {
        let right = try await attempt(shows: "bank.example", expects: "bank.example")
        #expect(right.isApproved)
        let wrongName = try await attempt(shows: "other.example", expects: "bank.example")
        #expect(wrongName.code == "-")
        let wrongAuthority = try await attempt(shows: "bank.example", expects: "bank.example", trusts: "else.example")
        #expect(wrongAuthority.code == "-")
    }

    @Test func `without TLS the issuer listens on loopback only`() throws {
        let folder = try TemporaryFolder()
        let ended = try run(
            "vitrine-issuer", ["serve", "--state", folder.path + "/issuer", "--listen", "0.0.0.0:0"],
            in: folder.path, expecting: nil)
        #expect(ended.status != 0)
        #expect(ended.output.contains("without TLS the issuer listens on loopback only"))
    }
}
