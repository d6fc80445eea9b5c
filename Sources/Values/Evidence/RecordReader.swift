internal import Wire

/// A record of this module: a CBOR map with unsigned keys, key 0 its format. A key that the reader does not know is
/// refused: what is signed or judged here has no parts that somebody overlooks.
struct RecordReader {
    let subject: EvidenceError.Subject
    private let map: [CBOR: CBOR]

    init(_ bytes: [UInt8], _ subject: EvidenceError.Subject, limit: Int, keys: ClosedRange<UInt64>)
        throws(EvidenceError)
    {
        guard bytes.count <= limit else { throw .tooLong(subject, bytes: bytes.count, limit: limit) }
        let item: CBOR
        do throws(WireError) { item = try CBOR(decoding: bytes, limits: EvidenceLimits.records) } catch {
            throw .notEncoded(subject, error)
        }
        guard case .map(let map) = item else { throw .bad(subject, key: 0) }
        self.subject = subject
        self.map = map
        guard map[.unsigned(0)]?.unsigned == EvidenceLimits.format else { throw .unknownFormat(subject) }
        for key in map.keys {
            guard let number = key.unsigned, number == 0 || keys.contains(number) else {
                throw .bad(subject, key: key.unsigned ?? 0)
            }
        }
    }

    func bad(_ key: UInt64) -> EvidenceError { .bad(subject, key: key) }

    private func item(_ key: UInt64) throws(EvidenceError) -> CBOR {
        guard let item = map[.unsigned(key)] else { throw .missing(subject, key: key) }
        return item
    }

    func unsigned(_ key: UInt64, in range: ClosedRange<UInt64> = 0...UInt64.max) throws(EvidenceError) -> UInt64 {
        guard let value = try item(key).unsigned, range.contains(value) else { throw bad(key) }
        return value
    }

    /// Free of control characters: these texts end up on screens and in logs.
    func text(_ key: UInt64, bytes: ClosedRange<Int>) throws(EvidenceError) -> String {
        guard let value = try item(key).text, WireText.isClean(value, bytes: bytes) else { throw bad(key) }
        return value
    }

    func bytes(_ key: UInt64, count: ClosedRange<Int>) throws(EvidenceError) -> [UInt8] {
        guard let value = try item(key).bytes, count.contains(value.count) else { throw bad(key) }
        return value
    }

    func array(_ key: UInt64, count: ClosedRange<Int>) throws(EvidenceError) -> [CBOR] {
        guard let value = try item(key).array, count.contains(value.count) else { throw bad(key) }
        return value
    }
}

/// `value` in `count` bytes, big-endian.
func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
}
