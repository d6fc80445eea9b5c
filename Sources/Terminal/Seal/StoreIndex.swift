internal import Secrets
internal import TLS

/// What the store consists of: each record's version and tag, and the date of the whole: what the TPM's store counter
/// shows once the commit that wrote this index is complete.
///
/// A commit writes the new records beside the old ones, then the index over the old one (the store now is the new one,
/// ahead of the counter by one), then advances the counter (now nothing older is accepted), then removes what the index
/// does not mention. Cut off anywhere, it has happened or it has not.
struct StoreIndex: Equatable {
    struct Entry: Equatable {
        /// The date of the commit that wrote it.
        var version: UInt64
        var tag: [UInt8]
    }

    static let record = "index"
    /// Most records of a store.
    static let recordLimit = 4096
    /// A date, a count, and entries of at most one length byte, name, version and tag.
    static let limit = 12 + recordLimit * (1 + RecordName.limit + 8 + AEAD.tagBytes) + SealedBytes.overhead
    private static let header: [UInt8] = [0x56, 0x54, 0x49, 0x02]  // "VTI", version 2

    var date: UInt64
    var entries: [RecordName: Entry] = [:]

    init(date: UInt64) { self.date = date }

    func sealed(with key: borrowing SecretBytes) throws(SealError) -> [UInt8] {
        let body = entries.sorted { $0.key < $1.key }.reduce(into: bigEndian(date)) { bytes, item in
            bytes.append(UInt8(item.key.text.utf8.count))
            bytes += Array(item.key.text.utf8) + bigEndian(item.value.version) + item.value.tag
        }
        return try SealedBytes.seal(body, header: Self.header, bound: [], record: Self.record, key: key)
    }

    init(opening bytes: [UInt8], with key: borrowing SecretBytes) throws(SealError) {
        let body = try SealedBytes.open(bytes, header: Self.header, bound: [], record: Self.record, key: key)
        var reader = Reader(rest: body[...])
        date = try reader.number()
        while !reader.rest.isEmpty {
            let count = Int(try reader.take(1)[0])
            let name = try RecordName(String(decoding: try reader.take(count), as: UTF8.self))
            entries[name] = Entry(version: try reader.number(), tag: try reader.take(AEAD.tagBytes))
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func take(_ count: Int) throws(SealError) -> [UInt8] {
            guard rest.count >= count else { throw .altered(record: StoreIndex.record) }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }

        mutating func number() throws(SealError) -> UInt64 { try take(8).reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
