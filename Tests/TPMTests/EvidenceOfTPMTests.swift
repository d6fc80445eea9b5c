import Evidence
import LinuxBase
import Rig
import Secrets
import TLS
import TPM
import Testing

/// What the TPM says of itself, checked by others: OpenSSL, tpm2-tools, and our own readers.
@Suite(.serialized) struct EvidenceOfTPMTests {
    @Test func `a quote is signed by the attestation key over registers and data`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let events = [measurement(14, "terminal"), measurement(11, "kernel")]
        for event in events { try device.extend(register: event.register, digest: event.digest) }
        let nonce = try Random.bytes(32)
        let times = try (0..<20).map { _ in
            try ContinuousClock().measure { _ = try device.quote(registers: [11, 14], qualifyingData: nonce) }
        }.sorted()
        print("quote p50 \(times[10])")
        let quote = try device.quote(registers: [11, 14], qualifyingData: nonce)
        let area = try PublicArea(decoding: try device.attestationArea())
        try verify(quote, under: P256PublicPoint(x: area.point.x, y: area.point.y), in: bench)

        let statement = try QuoteStatement(decoding: quote.bytes)
        #expect(statement.extraData == nonce)
        #expect(statement.registers == [11, 14])
        let values = try device.registerValues([11, 14])
        #expect(values == EventLog(events: events)!.values(of: [11, 14], sha256: Digest.sha256))
        #expect(statement.digest == Digest.sha256(values[0] + values[1]))
        #expect(area.attributes.contains([.restricted, .sign, .fixedTPM, .fixedParent, .sensitiveDataOrigin]))
        #expect(!area.attributes.contains(.decrypt))
    }

    @Test func `tpm2_checkquote accepts a quote, and not with another nonce`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let quote = try device.quote(registers: [11], qualifyingData: [1, 2, 3, 4])
        let area = try PublicArea(decoding: try device.attestationArea())
        let key = try pem(P256PublicPoint(x: area.point.x, y: area.point.y), in: bench)
        for (nonce, code) in [("01020304", Int32(0)), ("01020305", 1)] {
            let arguments = [
                "-u", key, "-m", try bench.write("quote", quote.bytes), "-s",
                try bench.write("signature", der(quote.signature)), "-q", nonce,
            ]
            try run(try Programs.tool("tpm2_checkquote"), arguments, in: bench.folder.path, expecting: code)
        }
    }

    @Test func `the attestation key certifies the client key`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let statement = try device.certifyClientKey(qualifyingData: [9, 9])
        let area = try PublicArea(decoding: try device.attestationArea())
        try verify(statement, under: P256PublicPoint(x: area.point.x, y: area.point.y), in: bench)
        let certified = try CertifyStatement(decoding: statement.bytes)
        let client = try PublicArea(decoding: try device.clientArea())
        #expect(certified.head.extraData == [9, 9])
        #expect(certified.name == client.name(sha256: Digest.sha256))
        let point = try device.clientPublicKey()
        #expect(client.point.x == point.x && client.point.y == point.y)
    }

    @Test func `registers are read in the order asked for, more than eight at a time`() throws {
        let bench = try Bench()
        let device = try bench.openProvisioned()
        let digest = try Random.bytes(32)
        try device.extend(register: 23, digest: digest)
        let numbers = Array((0...23).reversed())
        let values = try device.registerValues(numbers)
        #expect(values.count == 24)
        #expect(values[0] == Digest.sha256([UInt8](repeating: 0, count: 32) + digest))
        #expect(values[1...3].allSatisfy { $0 == [UInt8](repeating: 0xff, count: 32) })
        #expect(throws: TPMError.badLength(call: "PCR_Extend", count: 20)) {
            try device.extend(register: 1, digest: Array(repeating: 0, count: 20))
        }
    }

    @Test func `the maker's certificate is for the endorsement key`() throws {
        let bench = try Bench(manufactured: 0)
        let device = try bench.openProvisioned()
        let key = try device.endorsement()
        let area = try PublicArea(decoding: key.area)
        #expect(area.point.curve == .p384)
        let certificate = try bench.write("ek.der", key.certificate)
        let roots = try TPMMaker.roots()
        let root = try bench.write("root.pem", roots.root)
        let issuer = try bench.write("issuer.pem", roots.issuer)
        let openssl = try Programs.tool("openssl")
        let arguments = ["x509", "-inform", "DER", "-in", certificate, "-out", bench.folder.path + "/ek.pem"]
        try run(openssl, arguments, in: bench.folder.path)
        try run(
            openssl,
            ["verify", "-ignore_critical", "-CAfile", root, "-untrusted", issuer, bench.folder.path + "/ek.pem"],
            in: bench.folder.path)
        let text = try run(
            openssl, ["x509", "-in", bench.folder.path + "/ek.pem", "-noout", "-pubkey"], in: bench.folder.path
        ).output
        let point = try bench.write("ek.pub", Array(text.utf8))
        let words = try run(openssl, ["pkey", "-pubin", "-in", point, "-noout", "-text"], in: bench.folder.path).output
        let digits = words.filter { $0.isHexDigit }.lowercased()
        #expect(digits.contains(area.point.uncompressed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()))
    }

    @Test func `a credential for this TPM and this attestation key is opened, and no other`() throws {
        let bench = try Bench(manufactured: 0)
        let device = try bench.openProvisioned()
        let key = try device.endorsement()
        let name = try #require(
            try PublicArea(decoding: try device.attestationArea()).name(sha256: Digest.sha256))
        let secret = try Random.bytes(32)
        let made = try credential(secret, for: name, to: key, in: bench)
        #expect(array(try device.activate(credential: made.credential, secret: made.secret)) == secret)

        let otherName = try #require(try PublicArea(decoding: try device.clientArea()).name(sha256: Digest.sha256))
        let other = try credential(secret, for: otherName, to: key, in: bench)
        #expect(throws: TPMError.otherCredential) {
            _ = try device.activate(credential: other.credential, secret: other.secret)
        }
        for index in stride(from: 2, to: made.credential.count, by: 11) {
            var altered = made.credential
            altered[index] ^= 4
            #expect(throws: TPMError.otherCredential) {
                _ = try device.activate(credential: altered, secret: made.secret)
            }
        }
        #expect(throws: TPMError.badLength(call: "ActivateCredential", count: 5000)) {
            _ = try device.activate(credential: Array(repeating: 0, count: 5000), secret: [])
        }
        let strangerBench = try Bench(manufactured: 1)
        let stranger = try strangerBench.openProvisioned()
        #expect(try stranger.endorsement() != key)
        #expect(throws: TPMError.otherCredential) {
            _ = try stranger.activate(credential: made.credential, secret: made.secret)
        }
        // Nothing of all this stays in the TPM.
        _ = try device.quote(registers: [0], qualifyingData: [])
    }

    /// Makers of TPMs with P-256 keys: the profile's low range, whose policy asks for the endorsement hierarchy, is the
    /// common one. swtpm_setup does not make these, so a certificate of our own goes to the profile's place for it.
    @Test(arguments: [("0x01c0000a", "ecc"), ("0x01c00014", "high")])
    func `an endorsement key on P-256 is found and opens credentials`(index: String, kind: String) throws {
        let bench = try Bench()
        let folder = bench.folder.path
        try run(
            try Programs.tool("openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=maker",
                "-keyout", folder + "/ca.key", "-out", folder + "/ca.pem",
            ], in: folder)
        if kind == "ecc" {
            try bench.tool("tpm2_createek", ["-G", "ecc", "-c", folder + "/ek", "-f", "pem", "-u", folder + "/ek.pem"])
        } else {
            let policy = try bench.write("policy", Self.policyB)
            let attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|adminwithpolicy|restricted|decrypt"
            try bench.tool(
                "tpm2_createprimary",
                ["-C", "e", "-G", "ecc256:aes128cfb", "-a", attributes, "-L", policy, "-c", folder + "/ek"])
            try bench.tool("tpm2_readpublic", ["-c", folder + "/ek", "-f", "pem", "-o", folder + "/ek.pem"])
        }
        try bench.tool("tpm2_flushcontext", ["-t"])
        for arguments in [
            ["req", "-new", "-key", folder + "/ca.key", "-subj", "/CN=ek", "-out", folder + "/ek.csr"],
            [
                "x509", "-req", "-in", folder + "/ek.csr", "-force_pubkey", folder + "/ek.pem", "-CA",
                folder + "/ca.pem", "-CAkey", folder + "/ca.key", "-outform", "DER", "-out", folder + "/ek.der",
            ],
        ] { try run(try Programs.tool("openssl"), arguments, in: folder) }
        let certificate = try Files.read(folder + "/ek.der", limit: 4096)
        // Larger than its content, as some makers have it.
        try bench.tool(
            "tpm2_nvdefine",
            [index, "-C", "o", "-s", "\(certificate.count + 40)", "-a", "ownerread|authread|ownerwrite|no_da"])
        try bench.tool("tpm2_nvwrite", [index, "-C", "o", "-i", folder + "/ek.der"])

        let device = try bench.openProvisioned()
        let key = try device.endorsement()
        #expect(key.certificate == certificate)
        let name = try #require(
            try PublicArea(decoding: try device.attestationArea()).name(sha256: Digest.sha256))
        let secret = try Random.bytes(32)
        let made = try credential(secret, for: name, to: key, in: bench)
        for _ in 0..<4 {
            #expect(array(try device.activate(credential: made.credential, secret: made.secret)) == secret)
        }
    }

    /// PolicyB of the EK credential profile, SHA-256.
    private static let policyB: [UInt8] = [
        0xca, 0x3d, 0x0a, 0x99, 0xa2, 0xb9, 0x39, 0x06, 0xf7, 0xa3, 0x34, 0x24, 0x14, 0xef, 0xcf, 0xb3, 0xa3, 0x85,
        0xd4,
        0x4c, 0xd1, 0xfd, 0x45, 0x90, 0x89, 0xd1, 0x9b, 0x50, 0x71, 0xc0, 0xb7, 0xa0,
    ]

    private func verify(_ statement: Statement, under point: P256PublicPoint, in bench: borrowing Bench) throws {
        let key = try pem(point, in: bench)
        let signature = try bench.write("signature.der", der(statement.signature))
        var other = statement.bytes
        other[other.count - 1] ^= 1
        for (bytes, code) in [(statement.bytes, Int32(0)), (other, 1)] {
            try run(
                try Programs.tool("openssl"),
                ["dgst", "-sha256", "-verify", key, "-signature", signature, try bench.write("statement", bytes)],
                in: bench.folder.path, expecting: code)
        }
    }

    private func pem(_ point: P256PublicPoint, in bench: borrowing Bench) throws -> String {
        let path = bench.folder.path + "/key.pem"
        let key = try bench.write("key.der", publicKeyInfo(point))
        try run(
            try Programs.tool("openssl"), ["pkey", "-pubin", "-inform", "DER", "-in", key, "-out", path],
            in: bench.folder.path)
        return path
    }
}

/// What tpm2_makecredential makes of `secret` without a TPM.
func credential(
    _ secret: [UInt8], for name: [UInt8], to key: EndorsementKey, in bench: borrowing Bench
) throws -> (credential: [UInt8], secret: [UInt8]) {
    let size = [UInt8(key.area.count >> 8), UInt8(key.area.count & 0xff)]
    let output = bench.folder.path + "/credential"
    try run(
        try Programs.tool("tpm2_makecredential"),
        [
            "-T", "none", "-u", try bench.write("ek.area", size + key.area), "-s", try bench.write("secret", secret),
            "-n", name.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(), "-o", output,
        ], in: bench.folder.path)
    // A mark and a version (4 each), TPM2B_ID_OBJECT, TPM2B_ENCRYPTED_SECRET.
    let bytes = try Files.read(output, limit: 4096)
    let first = Int(bytes[8]) << 8 | Int(bytes[9])
    return (Array(bytes[10..<10 + first]), Array(bytes[(10 + first + 2)...]))
}
