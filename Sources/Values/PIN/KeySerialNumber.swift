/// Which key a transaction used (X9.24-3 §6.1): 12 bytes that travel in clear beside what the key protects.
///
///     base derivation key's identifier, 4 | device's identifier, 4 | transaction counter, 4, big-endian
public struct KeySerialNumber: Equatable, Hashable, Sendable {
    public static let byteCount = 12
    /// Bytes that name the initial key: whose base key, which device.
    public static let identifierBytes = 8
    /// The most bits that a counter has set; others are left out, so that a host derives at most so many keys.
    public static let counterBits = 16

    /// 8 bytes.
    public let identifier: [UInt8]
    /// Of a transaction: never 0.
    public let counter: UInt32

    public init(identifier: [UInt8], counter: UInt32) throws(PINError) {
        guard identifier.count == Self.identifierBytes, Self.isUsable(counter) else { throw .badSerialNumber }
        self.identifier = identifier
        self.counter = counter
    }

    public init(decoding bytes: [UInt8]) throws(PINError) {
        guard bytes.count == Self.byteCount else { throw .badSerialNumber }
        let counter = bytes.dropFirst(Self.identifierBytes).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        try self.init(identifier: Array(bytes.prefix(Self.identifierBytes)), counter: counter)
    }

    public var bytes: [UInt8] { identifier + bigEndian(counter) }

    package static func isUsable(_ counter: UInt32) -> Bool {
        counter != 0 && counter.nonzeroBitCount <= counterBits
    }

    /// The counter of the transaction after this one; nil after the last.
    package static func next(after counter: UInt32) -> UInt32? {
        var next = UInt64(counter) + 1
        // Too many bits: adding the lowest one is the shortest way to fewer.
        while next.nonzeroBitCount > counterBits { next += next & ~(next - 1) }
        return UInt32(exactly: next)
    }
}

/// `value` in 4 bytes, big-endian.
func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}
