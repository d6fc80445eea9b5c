internal import TLS
internal import TPM

/// The file with the sealed key: `VTK` and version 2, the TPM's offset (8), the authority's point (64), the TPM's blob,
/// SHA-256 of all before it. The sum protects nothing; it tells a damaged file from one that belongs to another TPM,
/// without asking the TPM. Nor do offset and authority need protection: the key is sealed to both.
struct KeyFile {
    static let record = "key"
    static let limit = 4096
    private static let header: [UInt8] = [0x56, 0x54, 0x4b, 0x02]

    let offset: UInt64
    let authority: P256PublicPoint
    let blob: [UInt8]

    init(offset: UInt64, authority: P256PublicPoint, blob: [UInt8]) {
        self.offset = offset
        self.authority = authority
        self.blob = blob
    }

    init(_ bytes: [UInt8]) throws(SealError) {
        guard bytes.count > Self.header.count + 72 + 32, bytes.starts(with: Self.header),
            Digest.sha256(Array(bytes.dropLast(32))) == Array(bytes.suffix(32))
        else { throw .altered(record: Self.record) }
        let body = Array(bytes.dropFirst(Self.header.count).dropLast(32))
        offset = body[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        authority = P256PublicPoint(x: Array(body[8..<40]), y: Array(body[40..<72]))
        blob = Array(body[72...])
    }

    func encoded() -> [UInt8] {
        let body = Self.header + bigEndian(offset) + authority.x + authority.y + blob
        return body + Digest.sha256(body)
    }
}
