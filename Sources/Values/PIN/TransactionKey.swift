public import Secrets

/// The key of one transaction: what a device takes from its register and a host derives again. Working keys come from
/// it.
public struct TransactionKey: ~Copyable, Sendable {
    public let serialNumber: KeySerialNumber
    private let key: SecretBytes
    private let size: KeySize

    init(_ key: consuming SecretBytes, size: KeySize, serialNumber: KeySerialNumber) {
        self.key = key
        self.size = size
        self.serialNumber = serialNumber
    }

    /// For the host: the key that the device of this initial key had at this counter (X9.24-3 §6.4), at most 16
    /// derivations.
    public init(
        initialKey: borrowing SecretBytes, serialNumber: KeySerialNumber, encipher: BlockFunction
    ) throws(PINError) {
        let size = try Derivation.size(of: initialKey)
        var key = initialKey.part(0..<initialKey.count)
        var counter: UInt32 = 0
        for bit in (0..<32).reversed() where serialNumber.counter & 1 << bit != 0 {
            counter |= 1 << bit
            key = try Derivation.derive(
                from: key, usage: Derivation.nextKey, size: size,
                context: Derivation.context(identifier: serialNumber.identifier, counter: counter), encipher: encipher)
        }
        self.init(key, size: size, serialNumber: serialNumber)
    }

    /// For the host: the same from the base derivation key.
    public init(
        baseKey: borrowing SecretBytes, serialNumber: KeySerialNumber, encipher: BlockFunction
    ) throws(PINError) {
        let initialKey = try Self.initialKey(
            baseKey: baseKey, identifier: serialNumber.identifier, encipher: encipher)
        try self.init(initialKey: initialKey, serialNumber: serialNumber, encipher: encipher)
    }

    /// The initial key of one device (X9.24-3 §6.3.3): what is put into the device, as long as the base key.
    /// `identifier` is 8 bytes.
    public static func initialKey(
        baseKey: borrowing SecretBytes, identifier: [UInt8], encipher: BlockFunction
    ) throws(PINError) -> SecretBytes {
        guard identifier.count == KeySerialNumber.identifierBytes else { throw .badSerialNumber }
        return try Derivation.derive(
            from: baseKey, usage: Derivation.initialKey, size: try Derivation.size(of: baseKey), context: identifier,
            encipher: encipher)
    }

    /// The working key for `usage`, as long as the transaction's own key unless a shorter one is asked for.
    public borrowing func workingKey(
        for usage: KeyUsage, size: KeySize? = nil, encipher: BlockFunction
    ) throws(PINError) -> SecretBytes {
        let wanted = size ?? self.size
        guard wanted.rawValue <= self.size.rawValue else { throw .workingKeyTooStrong }
        return try Derivation.derive(
            from: key, usage: usage.rawValue, size: wanted,
            context: Derivation.context(identifier: serialNumber.identifier, counter: serialNumber.counter),
            encipher: encipher)
    }

    /// What tests compare; never part of the interface.
    package borrowing func isKey(_ expected: borrowing SecretBytes) -> Bool { key.isEqual(to: expected) }

    /// The keys for counters that add one bit below `bit` to this one's: what the register keeps instead of this key.
    borrowing func successor(bit: Int, encipher: BlockFunction) throws(PINError) -> SecretBytes {
        try Derivation.derive(
            from: key, usage: Derivation.nextKey, size: size,
            context: Derivation.context(
                identifier: serialNumber.identifier, counter: serialNumber.counter | 1 << bit),
            encipher: encipher)
    }
}
