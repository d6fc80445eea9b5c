/// Takes the TPM's own structures (big-endian, TPM 2.0 library specification, part 2) from the front of bytes.
struct TPMReader {
    private var rest: ArraySlice<UInt8>
    private let subject: EvidenceError.Subject

    init(_ bytes: [UInt8], _ subject: EvidenceError.Subject, limit: Int) throws(EvidenceError) {
        guard bytes.count <= limit else { throw .tooLong(subject, bytes: bytes.count, limit: limit) }
        rest = bytes[...]
        self.subject = subject
    }

    mutating func take(_ count: Int) throws(EvidenceError) -> [UInt8] {
        guard rest.count >= count else { throw .truncated(subject) }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    private mutating func number(_ count: Int) throws(EvidenceError) -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func byte() throws(EvidenceError) -> UInt8 { UInt8(try number(1)) }
    mutating func word() throws(EvidenceError) -> UInt16 { UInt16(try number(2)) }
    mutating func long() throws(EvidenceError) -> UInt32 { UInt32(try number(4)) }
    mutating func quad() throws(EvidenceError) -> UInt64 { try number(8) }

    /// A TPM2B: a size in two bytes, then so many bytes.
    mutating func sized(limit: Int) throws(EvidenceError) -> [UInt8] {
        let count = Int(try word())
        guard count <= limit else { throw .outOfBounds(subject) }
        return try take(count)
    }

    func finish() throws(EvidenceError) {
        guard rest.isEmpty else { throw .trailingBytes(subject) }
    }
}
