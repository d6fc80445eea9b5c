internal import Wire

/// The fields of one record or of one row, with the error that a wrong one deserves.
struct RecordFields {
    private let cbor: CBOR
    private let row: Int?

    /// A whole record: its format number is checked first.
    init(decoding bytes: [UInt8], limits: CBOR.Limits = .wire) throws(CorrespondenceError) {
        do throws(WireError) { cbor = try CBOR(decoding: bytes, limits: limits) } catch { throw .cbor(error) }
        row = nil
        let format = try unsigned(0)
        guard format == CorrespondenceLimits.format else { throw .format(format) }
    }

    init(_ cbor: CBOR, row: Int) {
        self.cbor = cbor
        self.row = row
    }

    func bad(_ key: UInt64) -> CorrespondenceError { .badField(key: key, row: row) }

    func item(_ key: UInt64) -> CBOR? { cbor[key] }

    func unsigned(_ key: UInt64, in range: ClosedRange<UInt64> = 0...UInt64.max) throws(CorrespondenceError) -> UInt64 {
        guard let value = item(key)?.unsigned, range.contains(value) else { throw bad(key) }
        return value
    }

    func number(_ key: UInt64, in range: ClosedRange<Int>) throws(CorrespondenceError) -> Int {
        Int(try unsigned(key, in: UInt64(range.lowerBound)...UInt64(range.upperBound)))
    }

    /// Not empty, clean (see `WireText`), at most `limit` bytes of UTF-8.
    func text(_ key: UInt64, limit: Int) throws(CorrespondenceError) -> String {
        guard let value = item(key)?.text, WireText.isClean(value, bytes: 1...limit) else { throw bad(key) }
        return value
    }

    func bytes(_ key: UInt64) throws(CorrespondenceError) -> [UInt8] {
        guard let value = item(key)?.bytes else { throw bad(key) }
        return value
    }

    func bool(_ key: UInt64) throws(CorrespondenceError) -> Bool {
        guard let value = item(key)?.bool else { throw bad(key) }
        return value
    }

    /// As many values as `count` allows, each understood by `read`, none twice.
    func list<Value: Hashable>(
        _ key: UInt64, _ count: ClosedRange<Int>, _ read: (CBOR) -> Value?
    ) throws(CorrespondenceError) -> [Value] {
        guard let items = item(key)?.array, count.contains(items.count) else { throw bad(key) }
        let values = items.compactMap(read)
        guard values.count == items.count, Set(values).count == values.count else { throw bad(key) }
        return values
    }
}
