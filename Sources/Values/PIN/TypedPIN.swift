public import Secrets

/// Digits as they are typed, in memory that wipes itself.
public struct TypedPIN: ~Copyable, Sendable {
    /// ASCII.
    private var digits = SecretBytes(count: PINBlock.pinDigits.upperBound)
    public private(set) var count = 0

    public init() {}

    /// Long enough for a block.
    public var isComplete: Bool { PINBlock.pinDigits.contains(count) }

    /// False when there is no room for another.
    public mutating func append(_ digit: UInt8) -> Bool {
        precondition(digit <= 9, "a digit")
        guard count < digits.count else { return false }
        digits.setOctet(count, 0x30 + digit)
        count += 1
        return true
    }

    public mutating func clear() {
        for index in 0..<count { digits.setOctet(index, 0) }
        count = 0
    }

    /// An ISO 9564-1 format 4 block under the transaction's working key. `account` is ASCII digits, `fill` 8 random bytes.
    public borrowing func block(
        account: borrowing SecretBytes, fill: borrowing SecretBytes, key: borrowing TransactionKey,
        encipher: BlockFunction
    ) throws(PINError) -> PINBlock {
        let working = try key.workingKey(for: .pinEncryption, encipher: encipher)
        return try PINBlock(
            enciphering: digits.part(0..<count), account: account, fill: fill, key: working, encipher: encipher)
    }
}
