// PIN: a cardholder's code as an ISO 9564-1 format 4 block, and the keys that such blocks travel under (AES DUKPT, ANSI
// X9.24-3:2017), device side and host side. Holds secrets in `SecretBytes` only, and brings no cipher: the caller gives
// AES as a function. Pure values, no clock, no randomness; any thread.

public import Secrets

/// AES of one block (ECB): under a key of 16, 24 or 32 bytes, 16 bytes give 16 bytes. Nil when the library refuses.
public typealias BlockFunction = (_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes?

/// Why there is no block, no code or no key. Carries nothing secret and nothing of a card: safe to log.
public enum PINError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not 4 to 12 digits (ISO 9564-1).
    case badPIN
    /// Not 8 to 19 digits.
    case badAccount
    /// Fill that is not 8 random bytes.
    case badFill
    /// An enciphered block that is not 16 bytes.
    case badBlockLength(Int)
    /// Deciphered, the block is none of format 4: another key, another account, or altered on its way. Says no more, or
    /// it would answer questions about the code.
    case notPINBlock
    /// An AES key has 16, 24 or 32 bytes.
    case badKeyLength(Int)
    /// A working key would be longer than the key that it is derived from, which X9.24-3 forbids.
    case workingKeyTooStrong
    /// A key serial number is 12 bytes, and its counter has 1 to 16 bits set (X9.24-3 §6.1).
    case badSerialNumber
    /// The device has had all its transactions: it needs a new initial key.
    case exhausted
    /// The cipher's library refused.
    case cipher
    /// Bytes that hold no derivation register, or one of a later version.
    case badRegister

    public var description: String {
        switch self {
        case .badPIN: "a PIN has 4 to 12 digits"
        case .badAccount: "an account number has 8 to 19 digits"
        case .badFill: "a PIN block needs 8 random bytes"
        case .badBlockLength(let count): "a PIN block has 16 bytes, not \(count)"
        case .notPINBlock: "the PIN block does not decipher under this key and account"
        case .badKeyLength(let count): "\(count) bytes are no AES key"
        case .workingKeyTooStrong: "a working key cannot be stronger than the key it comes from"
        case .badSerialNumber: "the key serial number is not valid"
        case .exhausted: "the PIN keys of this terminal are used up: it needs a new initial key"
        case .cipher: "the cipher refused"
        case .badRegister: "the stored PIN keys cannot be read"
        }
    }
}
