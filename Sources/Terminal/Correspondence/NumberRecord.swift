/// A number in a record of the sealed store: eight bytes, big-endian.
public enum NumberRecord {
    public static func encoded(_ value: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    }

    /// Nil for what is no such record.
    public static func value(of bytes: [UInt8]) -> UInt64? {
        bytes.count == 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }
}
