public import Secrets

/// The register as bytes for a sealed store:
///
///     version 1 | key bytes (16, 24, 32) | identifier, 8 | counter, 4 | filled places, 4 | 32 keys
///
/// Numbers big-endian; the counter is that of the next transaction, 0 at the end of life; places not filled are zero.
/// The store must refuse old copies (a counter read back is a key used twice), which `SealedStore` does.
extension DerivationRegister {
    static let formatVersion: UInt8 = 1
    static let headBytes = 18

    /// How many bytes a register with keys of this size takes.
    public static func encodedBytes(_ size: KeySize) -> Int { headBytes + places * size.rawValue }

    public borrowing func encoded() -> SecretBytes {
        let head =
            [Self.formatVersion, UInt8(size.rawValue)] + identifier + bigEndian(counter) + bigEndian(filled)
        var result = SecretBytes(count: Self.encodedBytes(size))
        result.write(head, at: 0)
        withKeys { result.write($0, at: Self.headBytes) }
        return result
    }

    /// Reads what `encoded` wrote. Refuses every other length, version, counter or set of places, and keys where none
    /// should be.
    public init(decoding bytes: borrowing SecretBytes) throws(PINError) {
        guard bytes.count >= Self.headBytes, bytes.octet(0) == Self.formatVersion,
            let size = KeySize(rawValue: Int(bytes.octet(1))), bytes.count == Self.encodedBytes(size)
        else { throw .badRegister }
        func number(_ offset: Int) -> UInt32 {
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes.octet(offset + $1)) }
        }
        let counter = number(10)
        let filled = number(14)
        guard counter == 0 || KeySerialNumber.isUsable(counter), filled == Self.places(filledAt: counter) else {
            throw .badRegister
        }
        let keys = bytes.part(Self.headBytes..<bytes.count)
        for place in 0..<Self.places {
            let isWiped = (0..<size.rawValue).allSatisfy { keys.octet(place * size.rawValue + $0) == 0 }
            // Which places are filled is no secret; and a key of zeros is none that AES made.
            guard isWiped == (filled & 1 << place == 0) else { throw .badRegister }
        }
        self.init(
            identifier: (2..<10).map { bytes.octet($0) }, size: size, counter: counter, filled: filled, keys: keys)
    }
}
