public import Secrets

/// An enciphered PIN block, ISO 9564-1:2017 format 4: the code bound to the account that it is for, under AES.
///
///     PIN field      4 | length | digits … A A A | 8 random bytes
///     account field  M | digits (at least 12) | 0 …           M: digits beyond twelve
///     block          E( E(PIN field) xor account field )
///
/// The bytes may travel: they tell nothing without the key. Two blocks of one code differ by their fill.
public struct PINBlock: Equatable, Sendable {
    public static let byteCount = 16
    public static let fillBytes = 8
    /// As ISO 9564-1 has them.
    public static let pinDigits = 4...12
    /// ISO/IEC 7812-1 ends at 19; shorter than 8 names no issuer.
    public static let accountDigits = 8...19

    /// 16 bytes.
    public let bytes: [UInt8]

    /// A block that came from outside.
    public init(_ bytes: [UInt8]) throws(PINError) {
        guard bytes.count == Self.byteCount else { throw .badBlockLength(bytes.count) }
        self.bytes = bytes
    }

    /// Enciphers a code. `pin` and `account` are ASCII digits, `fill` 8 bytes from a random generator, `key` a working
    /// key for PIN encryption.
    public init(
        enciphering pin: borrowing SecretBytes, account: borrowing SecretBytes, fill: borrowing SecretBytes,
        key: borrowing SecretBytes, encipher: BlockFunction
    ) throws(PINError) {
        let pinField = try Self.pinField(pin, fill: fill)
        let accountField = try Self.accountField(account)
        guard var block = encipher(key, pinField) else { throw .cipher }
        Self.combine(&block, accountField)
        guard let result = encipher(key, block), result.count == Self.byteCount else { throw .cipher }
        bytes = (0..<Self.byteCount).map { result.octet($0) }
    }

    /// The code, as ASCII digits: for the host that holds the key. `decipher` is AES backwards.
    public func pin(
        account: borrowing SecretBytes, key: borrowing SecretBytes, decipher: BlockFunction
    ) throws(PINError) -> SecretBytes {
        let accountField = try Self.accountField(account)
        guard var block = decipher(key, SecretBytes(copying: bytes)) else { throw .cipher }
        Self.combine(&block, accountField)
        guard let field = decipher(key, block), field.count == Self.byteCount else { throw .cipher }
        return try Self.pin(inField: field)
    }

    package static func pinField(
        _ pin: borrowing SecretBytes, fill: borrowing SecretBytes
    ) throws(PINError) -> SecretBytes {
        guard pinDigits.contains(pin.count) else { throw .badPIN }
        guard fill.count == fillBytes else { throw .badFill }
        var field = SecretBytes(count: byteCount)
        field.setNibble(0, 4)
        field.setNibble(1, UInt8(pin.count))
        for index in 0..<14 {
            guard index < pin.count else {
                field.setNibble(2 + index, 10)
                continue
            }
            guard let digit = pin.digit(index) else { throw .badPIN }
            field.setNibble(2 + index, digit)
        }
        field.write(fill, at: 8)
        return field
    }

    package static func pin(inField field: borrowing SecretBytes) throws(PINError) -> SecretBytes {
        let count = Int(field.nibble(1))
        guard field.nibble(0) == 4, pinDigits.contains(count) else { throw .notPINBlock }
        var pin = SecretBytes(count: count)
        for index in 0..<14 {
            let nibble = field.nibble(2 + index)
            guard index < count ? nibble < 10 : nibble == 10 else { throw .notPINBlock }
            if index < count { pin.setOctet(index, 0x30 + nibble) }
        }
        return pin
    }

    package static func accountField(_ account: borrowing SecretBytes) throws(PINError) -> SecretBytes {
        guard accountDigits.contains(account.count) else { throw .badAccount }
        var field = SecretBytes(count: byteCount)
        field.setNibble(0, UInt8(max(account.count - 12, 0)))
        // Shorter than twelve: zeros in front.
        let start = 1 + max(12 - account.count, 0)
        for index in 0..<account.count {
            guard let digit = account.digit(index) else { throw .badAccount }
            field.setNibble(start + index, digit)
        }
        return field
    }

    private static func combine(_ block: inout SecretBytes, _ other: borrowing SecretBytes) {
        guard block.count == byteCount else { return }
        for index in 0..<byteCount { block.setOctet(index, block.octet(index) ^ other.octet(index)) }
    }
}
