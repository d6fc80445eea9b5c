internal import Crypto
internal import CryptoExtras
internal import Secrets

/// AES of one block, as PIN blocks and key derivation take it.
enum BlockCipher {
    static func encipher(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
        run(key, block) { (bytes, key) in try AES.permute(&bytes, key: key) }
    }

    static func decipher(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
        run(key, block) { (bytes, key) in try AES.inversePermute(&bytes, key: key) }
    }

    private static func run(
        _ key: borrowing SecretBytes, _ block: borrowing SecretBytes,
        _ body: (inout [UInt8], SymmetricKey) throws -> Void
    ) -> SecretBytes? {
        guard block.count == 16, [16, 24, 32].contains(key.count) else { return nil }
        var (keyBytes, bytes) = (key.copied(), block.copied())
        defer {
            wipe(&keyBytes)
            wipe(&bytes)
        }
        // Nil is the refusal that the callers know; which length it was, they know too.
        guard (try? body(&bytes, SymmetricKey(data: keyBytes))) != nil else { return nil }
        return SecretBytes(copying: bytes)
    }
}

/// Compares in time that depends on the lengths only.
func isSame(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.count == other.count && zip(one, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
