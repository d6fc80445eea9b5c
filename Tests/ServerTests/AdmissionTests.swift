internal import Admission
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Rig
internal import Testing
internal import Wire

extension RecordsTests {
    @Suite struct `The authority` {
        @Test func `openssl accepts a terminal's certificate as a client's and not as a server's`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            #expect(try office.verify(issued.pem, ["-purpose", "sslclient"]).contains(": OK"))
            #expect(
                try office.verify(issued.pem, ["-purpose", "sslserver"]).contains("unsuitable certificate purpose"))
        }

        @Test func `openssl finds the certificate valid for the time asked`() throws {
            let office = try Office()
            let issued = try office.enrol("t1", lifetime: 3600)
            #expect(issued.notAfter == office.now.addingTimeInterval(3600))
            #expect(try office.verify(issued.pem, [], at: office.now.addingTimeInterval(3599)).contains(": OK"))
            #expect(try office.verify(issued.pem, [], at: office.now.addingTimeInterval(3601)).contains("expired"))
            let early = office.now.addingTimeInterval(-CertificateAuthority.backdating - 2)
            #expect(try office.verify(issued.pem, [], at: early).contains("not yet valid"))
        }

        @Test func `the serial and fingerprint on record are those that openssl prints`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            let path = office.folder.path + "/t1.pem"
            try Files.replace(path, with: Array(issued.pem.utf8))
            let printed = try office.openssl(["x509", "-in", path, "-noout", "-serial", "-fingerprint", "-sha256"])
                .output
            #expect(printed.lowercased().contains("serial=\(issued.serial)\n"))
            let hex = issued.fingerprint.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            #expect(printed.lowercased().contains("fingerprint=\(hex.joined(separator: ":"))\n"))
            #expect(issued.serial.utf8.count == 32, "serials have sixteen bytes")
        }

        @Test(arguments: [
            (["-verify_hostname", "till.example"], true), (["-verify_ip", "192.0.2.7"], true),
            (["-verify_ip", "2001:db8::7"], true), (["-verify_hostname", "other.example"], false),
            (["-verify_ip", "192.0.2.8"], false),
        ])
        func `openssl accepts the server under its names and addresses only`(check: [String], good: Bool) throws {
            let office = try Office()
            let issued = try office.authority.issueServer(
                hosts: ["till.example", "192.0.2.7", "2001:db8::7"], lifetime: Office.year, now: office.now)
            let output = try office.verify(issued.certificate.pem, ["-purpose", "sslserver"] + check)
            #expect(output.contains(": OK") == good, "\(output)")
            #expect(issued.certificate.hosts == ["till.example", "192.0.2.7", "2001:db8::7"])
        }

        @Test func `the server's key file is the key of its certificate, and nobody else may read it`() throws {
            let office = try Office()
            let kept = try office.authority.keepServerCertificate(
                state: office.state, hosts: ["localhost"], lifetime: Office.year, now: office.now)
            #expect(kept.isNew)
            let key = StateFolder.serverKey(office.state)
            #expect(try Files.status(key).mode == 0o600)
            #expect(try Files.status(StateFolder.authorityKey(office.state)).mode == 0o600)
            let fromKey = try office.openssl(["pkey", "-in", key, "-pubout"]).output
            let certificate = StateFolder.serverCertificate(office.state)
            #expect(try office.openssl(["x509", "-in", certificate, "-noout", "-pubkey"]).output == fromKey)
        }

        @Test func `a server certificate is kept until a name is missing or its end is near, and keeps its old names`()
            throws
        {
            let office = try Office()
            func keep(_ hosts: [String], after seconds: TimeInterval) throws -> (IssuedCertificate, Bool) {
                try office.authority.keepServerCertificate(
                    state: office.state, hosts: hosts, lifetime: 1000, now: office.now.addingTimeInterval(seconds))
            }
            let first = try keep(["localhost", "127.0.0.1"], after: 0)
            let second = try keep(["LOCALHOST"], after: 10)
            #expect(first.1 && !second.1 && first.0 == second.0)
            let third = try keep(["till.example"], after: 20)
            #expect(third.1 && third.0.hosts == ["till.example", "localhost", "127.0.0.1"])
            #expect(try keep(["localhost"], after: 1000).1)
        }

        @Test func `the authority is made once, and opens again with the same key`() throws {
            let office = try Office()
            let again = try CertificateAuthority.openOrCreate(
                state: office.state, directory: office.directory, name: "Other", lifetime: Office.year, now: office.now)
            #expect(!again.isNew && again.authority.certificate == office.authority.certificate)
            #expect(again.authority.keyPEM == office.authority.keyPEM)
        }

        @Test func `a key file that others may read is refused`() throws {
            let office = try Office()
            try Files.setMode(StateFolder.authorityKey(office.state), 0o644)
            #expect(throws: AdmissionError.self) {
                try CertificateAuthority.open(state: office.state, directory: office.directory)
            }
        }

        @Test func `a key that is not the authority's own is refused`() throws {
            let office = try Office()
            let other = try CertificateAuthority.create(name: "Other", lifetime: Office.year, now: office.now)
            try Files.replace(StateFolder.authorityKey(office.state), with: Array(other.keyPEM.utf8))
            #expect(throws: AdmissionError.keyMismatch) {
                try CertificateAuthority.open(state: office.state, directory: office.directory)
            }
        }

        @Test func `a request on another curve is refused`() throws {
            let office = try Office()
            let request = try office.request("t1", curve: "P-384")
            #expect(throws: AdmissionError.badRequest(detail: "its key is not on P-256")) {
                try office.authority.issueTerminal(request: request, name: "t1", lifetime: 1, now: office.now)
            }
        }

        @Test func `a request with an RSA key is refused`() throws {
            let office = try Office()
            let path = office.folder.path + "/rsa.csr"
            try office.openssl([
                "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", path + ".key", "-subj", "/CN=t1", "-out",
                path,
            ])
            let request = String(decoding: try Files.read(path, limit: 65536), as: UTF8.self)
            #expect(throws: AdmissionError.badRequest(detail: "its key is not on P-256")) {
                try office.authority.issueTerminal(request: request, name: "t1", lifetime: 1, now: office.now)
            }
        }

        @Test func `a request whose signature is not by its key is refused`() throws {
            let office = try Office()
            let path = office.folder.path + "/t1.der"
            _ = try office.request("t1")
            try office.openssl(["req", "-in", office.folder.path + "/t1.csr", "-outform", "DER", "-out", path])
            var der = try Files.read(path, limit: 65536)
            // The common name's last letter: still a well-formed request, but not the one that was signed.
            let name = try #require(der.indices.first { der[$0...].starts(with: "t1".utf8) })
            der[name + 1] = UInt8(ascii: "2")
            try Files.replace(path, with: der)
            let request = try office.openssl(["req", "-inform", "DER", "-in", path, "-outform", "PEM"]).output
            #expect(throws: AdmissionError.badRequest(detail: "its signature does not match its key")) {
                try office.authority.issueTerminal(request: request, name: "t2", lifetime: 1, now: office.now)
            }
        }

        @Test func `a request made by another terminal is refused`() throws {
            let office = try Office()
            let request = try office.request("t2")
            #expect(throws: AdmissionError.requestForOther(name: "t1", asked: "\"t2\"")) {
                try office.authority.issueTerminal(request: request, name: "t1", lifetime: 1, now: office.now)
            }
        }

        @Test(arguments: [
            "", "nonsense", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
        ])
        func `what is no request is refused`(text: String) throws {
            let office = try Office()
            #expect(throws: AdmissionError.self) {
                try office.authority.issueTerminal(request: text, name: "t1", lifetime: 1, now: office.now)
            }
        }

        @Test(arguments: [
            "", "-a.example", "a..b", "white space", "under_score", "*.example", String(repeating: "a", count: 64),
        ])
        func `what is no host name gets no certificate`(host: String) throws {
            let office = try Office()
            #expect(throws: AdmissionError.badHost(host)) {
                try office.authority.issueServer(hosts: [host], lifetime: 1, now: office.now)
            }
        }

        @Test(arguments: [0, -1, 1e12, .infinity, .nan])
        func `a lifetime has bounds`(lifetime: TimeInterval) throws {
            let office = try Office()
            #expect(throws: AdmissionError.badLifetime) {
                try office.authority.issueServer(hosts: ["a"], lifetime: lifetime, now: office.now)
            }
        }
    }
}

extension RecordsTests {
    @Suite struct `Admission of terminals` {
        @Test func `an enrolled terminal is known by its certificate`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            _ = try office.enrol("t2")
            let terminal = try AdmissionPolicy(directory: office.directory).terminal(
                certificate: issued.der, now: office.now)
            #expect(terminal.name == "t1" && terminal.fingerprint == issued.fingerprint)
            #expect(terminal.expires == issued.notAfter)
        }

        @Test func `each refusal has its own reason, in both voices`() throws {
            let office = try Office()
            let policy = try AdmissionPolicy(directory: office.directory)
            let good = try office.enrol("good")
            let revoked = try office.enrol("gone")
            #expect(try office.directory.revokeTerminal("gone", now: office.now))
            let stranger = try office.authority.issueTerminal(
                request: office.request("stranger"), name: "stranger", lifetime: Office.year, now: office.now)
            let others = try CertificateAuthority.create(name: "Test authority", lifetime: Office.year, now: office.now)
            let forged = try others.issueTerminal(
                request: office.request("good"), name: "good", lifetime: Office.year, now: office.now)
            let late = good.notAfter.addingTimeInterval(1)
            let early = good.notBefore.addingTimeInterval(-1)

            let cases: [([UInt8], Date, Refusal.Code, String, String?)] = [
                (revoked.der, office.now, .unknownTerminal, "certificate revoked", "gone"),
                (stranger.der, office.now, .unknownTerminal, "certificate not enrolled", nil),
                (forged.der, office.now, .unknownTerminal, "certificate of another authority", nil),
                (good.der, late, .unknownTerminal, "certificate expired", "good"),
                (good.der, early, .unknownTerminal, "certificate not valid yet", "good"),
                ([1, 2, 3], office.now, .malformed, "certificate not readable", nil),
                ([UInt8](repeating: 0x30, count: 100_000), office.now, .malformed, "certificate not readable", nil),
            ]
            for (der, date, code, told, terminal) in cases {
                let denial = #expect(throws: AdmissionDenial.self) { try policy.terminal(certificate: der, now: date) }
                #expect(denial?.refusal == Refusal(code: code, reason: told))
                #expect(denial?.terminal == terminal)
                #expect(denial?.reason != told && denial?.reason.isEmpty == false)
            }
        }

        @Test func `one flipped bit anywhere in a certificate is refused`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            let policy = try AdmissionPolicy(directory: office.directory)
            for index in issued.der.indices {
                var altered = issued.der
                altered[index] ^= 1
                #expect(throws: AdmissionDenial.self) { try policy.terminal(certificate: altered, now: office.now) }
            }
        }

        @Test func `without an authority there is no admission`() throws {
            let folder = try TemporaryFolder()
            let directory = try Directory.create(in: folder.path)
            #expect(throws: AdmissionError.noAuthority) { try AdmissionPolicy(directory: directory) }
        }
    }
}

extension RecordsTests {
    @Suite struct `Admission of requests` {
        @Test func `a right is for one terminal, one user and one application`() throws {
            let office = try Office()
            let (first, second) = (try office.enrol("t1"), try office.enrol("t2"))
            for user in ["alice", "bob"] { try office.directory.addUser(user, data: [:], now: office.now) }
            for id in ["wallet", "records"] { try office.record(id) }
            #expect(try office.directory.grant(terminal: "t1", user: "alice", application: "wallet", now: office.now))
            let policy = try AdmissionPolicy(directory: office.directory)
            let one = try policy.terminal(certificate: first.der, now: office.now)
            let two = try policy.terminal(certificate: second.der, now: office.now)

            let grant = try policy.admit(execution("wallet"), on: one, now: office.now)
            #expect(grant.terminal == "t1" && grant.user == "alice" && grant.application == "wallet")
            for (terminal, request) in [
                (two, execution("wallet")), (one, execution("wallet", user: "bob")), (one, execution("records")),
                (one, execution("wallet", user: "nobody")),
            ] {
                let denial = #expect(throws: AdmissionDenial.self) {
                    try policy.admit(request, on: terminal, now: office.now)
                }
                // The same words whether the user exists or not.
                #expect(denial?.refusal == Refusal(code: .notPermitted, reason: "not permitted"))
            }
            let denial = #expect(throws: AdmissionDenial.self) {
                try policy.admit(execution("absent\n"), on: one, now: office.now)
            }
            #expect(denial?.refusal.code == .unknownApplication)
            #expect(denial?.reason == "terminal t1 asked for application \"absent?\", which is not there")
        }

        @Test func `what changes while a terminal is connected counts at its next request`() throws {
            let office = try Office()
            let issued = try office.enrol("t1")
            try office.directory.addUser("alice", data: [:], now: office.now)
            try office.record("wallet")
            _ = try office.directory.grant(terminal: "t1", user: "alice", application: "wallet", now: office.now)
            let policy = try AdmissionPolicy(directory: office.directory)
            let terminal = try policy.terminal(certificate: issued.der, now: office.now)
            _ = try policy.admit(execution("wallet"), on: terminal, now: office.now)

            let late = issued.notAfter.addingTimeInterval(1)
            var denial = #expect(throws: AdmissionDenial.self) {
                try policy.admit(execution("wallet"), on: terminal, now: late)
            }
            #expect(denial?.refusal.reason == "certificate expired")

            #expect(try office.directory.revokeRight(terminal: "t1", user: "alice", application: "wallet"))
            denial = #expect(throws: AdmissionDenial.self) {
                try policy.admit(execution("wallet"), on: terminal, now: office.now)
            }
            #expect(denial?.refusal.code == .notPermitted)
            _ = try office.directory.grant(terminal: "t1", user: "alice", application: "wallet", now: office.now)

            let renewed = try office.enrol("t1", replacing: true)
            denial = #expect(throws: AdmissionDenial.self) {
                try policy.admit(execution("wallet"), on: terminal, now: office.now)
            }
            #expect(denial?.refusal.reason == "certificate replaced")

            let again = try policy.terminal(certificate: renewed.der, now: office.now)
            #expect(try office.directory.revokeTerminal("t1", now: office.now))
            denial = #expect(throws: AdmissionDenial.self) {
                try policy.admit(execution("wallet"), on: again, now: office.now)
            }
            #expect(denial?.refusal.reason == "certificate revoked")
        }
    }
}
