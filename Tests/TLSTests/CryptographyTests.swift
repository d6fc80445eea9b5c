import LinuxBase
import Rig
import Secrets
import TLS
import TPM
import Testing

@Suite struct CryptographyTests {
    /// Test cases 13 to 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", which NIST took over.
    static let vectors: [(key: String, nonce: String, plain: String, data: String, sealed: String)] = [
        (zero(32), zero(12), "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
        (
            zero(32), zero(12), zero(16), "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        ),
    ]

    @Test(arguments: vectors.indices)
    func `AES-256-GCM gives the published values, both ways`(number: Int) throws {
        let vector = Self.vectors[number]
        let key = SecretBytes(copying: bytes(vector.key))
        let sealed = try AEAD.seal(
            bytes(vector.plain), key: key, nonce: bytes(vector.nonce), authenticating: bytes(vector.data))
        #expect(sealed == bytes(vector.sealed))
        let plain = try AEAD.open(
            sealed[...], key: key, nonce: bytes(vector.nonce), authenticating: bytes(vector.data))
        #expect(plain == bytes(vector.plain))
    }

    @Test func `any changed bit of text, tag, nonce, name or key is refused`() throws {
        let key = SecretBytes(copying: Array(repeating: 3, count: 32))
        let nonce = [UInt8](repeating: 4, count: 12)
        let data = Array("name".utf8)
        let sealed = try AEAD.seal([1, 2, 3], key: key, nonce: nonce, authenticating: data)
        func refused(_ sealed: [UInt8], _ nonce: [UInt8], _ data: [UInt8], at place: String) {
            #expect(throws: TLSError.notAuthentic, "\(place)") {
                try AEAD.open(sealed[...], key: key, nonce: nonce, authenticating: data)
            }
        }
        for index in sealed.indices { refused(flipped(sealed, index), nonce, data, at: "sealed \(index)") }
        for index in nonce.indices { refused(sealed, flipped(nonce, index), data, at: "nonce \(index)") }
        for index in data.indices { refused(sealed, nonce, flipped(data, index), at: "data \(index)") }
        for count in 0..<sealed.count { refused(Array(sealed.prefix(count)), nonce, data, at: "prefix \(count)") }
        let other = SecretBytes(copying: Array(repeating: 2, count: 32))
        #expect(throws: TLSError.notAuthentic) {
            try AEAD.open(sealed[...], key: other, nonce: nonce, authenticating: data)
        }
    }

    @Test func `keys and nonces of other lengths are refused`() throws {
        #expect(throws: TLSError.badLength(what: "AES-256 key", count: 16)) {
            try AEAD.seal([1], key: SecretBytes(count: 16), nonce: Array(repeating: 0, count: 12), authenticating: [])
        }
        #expect(throws: TLSError.badLength(what: "GCM nonce", count: 8)) {
            try AEAD.seal([1], key: SecretBytes(count: 32), nonce: Array(repeating: 0, count: 8), authenticating: [])
        }
    }

    @Test func `SHA-256 gives the published values`() {
        #expect(
            Digest.sha256(Array("abc".utf8))
                == bytes("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(Digest.sha256([]) == bytes("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    }

    @Test func `openssl accepts a request signed in the TPM, and finds name and key in it`() throws {
        let terminal = try Terminal()
        let path = terminal.folder.path + "/request.pem"
        try Files.replace(path, with: try terminal.request())
        let openssl = try Programs.tool("openssl")
        let text = try run(openssl, ["req", "-in", path, "-noout", "-verify", "-subject"], in: terminal.folder.path)
            .output
        #expect(text.contains("verify OK") && text.contains("CN = T-1"))
        let der = path + ".der"
        try run(
            openssl, ["req", "-in", path, "-noout", "-pubkey", "-out", path + ".pub"], in: terminal.folder.path)
        try run(
            openssl, ["pkey", "-pubin", "-in", path + ".pub", "-outform", "DER", "-out", der], in: terminal.folder.path)
        let point = try terminal.device.clientPublicKey()
        #expect(try Files.read(der, limit: 4096) == subjectPublicKeyInfo(x: point.x, y: point.y))
    }

    @Test func `a point that is not on the curve is refused, and so is a name that does not fit`() throws {
        let nowhere = [UInt8](repeating: 1, count: 32)
        #expect(throws: TLSError.self) {
            try makeCertificateRequest(commonName: "T", publicKey: (nowhere, nowhere)) { _ in ([], []) }
        }
        let terminal = try Terminal()
        let point = try terminal.device.clientPublicKey()
        for name in ["", String(repeating: "x", count: 65)] {
            #expect(throws: TLSError.badLength(what: "common name", count: name.utf8.count)) {
                try makeCertificateRequest(commonName: name, publicKey: (point.x, point.y)) { _ in ([], []) }
            }
        }
    }

    private static func zero(_ count: Int) -> String { String(repeating: "00", count: count) }
    private func bytes(_ hex: String) -> [UInt8] {
        var digits = Substring(hex)
        var result: [UInt8] = []
        while let byte = UInt8(digits.prefix(2), radix: 16) {
            result.append(byte)
            digits = digits.dropFirst(2)
        }
        return result
    }
    private func flipped(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 1 << UInt8(index % 8)
        return bytes
    }
}
