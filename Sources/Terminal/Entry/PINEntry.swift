public import Measurements
public import PIN
public import Secrets
public import Wire

/// A PIN from its first digit to its block. The digits never leave it; everybody else learns how many there are.
///
///     digit ─▶ progress(n)      clear ─▶ progress(0)      cancel ─▶ cancelled
///     ok ─▶ complete (4 digits or more)                   nothing for `patience` ─▶ timeout
public struct PINEntry: ~Copyable, Sendable {
    /// Between two keys.
    public static let patience: Duration = .seconds(30)

    public enum Action: Equatable, Sendable {
        case none
        /// So many digits are typed now.
        case progress(UInt64)
        /// Whoever typed it is done: make the block.
        case complete
        case cancelled
    }

    private var typed = TypedPIN()
    /// Digits typed.
    public var count: Int { typed.count }
    /// When nobody types any more.
    public private(set) var deadline: MonotonicTime

    public init(now: MonotonicTime) { deadline = now + Self.patience }

    public mutating func press(_ key: Key, at now: MonotonicTime) -> Action {
        deadline = now + Self.patience
        switch key {
        case .digit(let digit): return typed.append(digit) ? .progress(UInt64(typed.count)) : .none
        case .clear:
            guard typed.count > 0 else { return .none }
            typed.clear()
            return .progress(0)
        case .ok: return typed.isComplete ? .complete : .none
        case .cancel: return .cancelled
        case .function, .up, .down, .left, .right, .character: return .none
        }
    }

    /// `account` is ASCII digits, `fill` 8 random bytes, `key` a transaction's, whose number is on the disk as used.
    public consuming func encrypted(
        account: borrowing SecretBytes, fill: borrowing SecretBytes, key: borrowing TransactionKey,
        encipher: BlockFunction
    ) throws(PINError) -> EncryptedPIN {
        let block = try typed.block(account: account, fill: fill, key: key, encipher: encipher)
        return EncryptedPIN(block: block.bytes, keySerialNumber: key.serialNumber.bytes)
    }
}
