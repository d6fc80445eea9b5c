internal import COpenSSL
public import Secrets

/// AES of a single block (FIPS 197; ECB of SP 800-38A for 16 bytes), for protocols that build on the bare cipher: PIN
/// blocks and key derivation. Never for data of its own.
public enum BlockCipher {
    public static let blockBytes = 16

    /// The block enciphered, 16 secret bytes. Nil when `block` is not 16 bytes, `key` not 16, 24 or 32, or the library
    /// refuses (no memory).
    public static func encipher(_ block: borrowing SecretBytes, key: borrowing SecretBytes) -> SecretBytes? {
        run(block, key: key, encrypts: 1)
    }

    /// The way back.
    public static func decipher(_ block: borrowing SecretBytes, key: borrowing SecretBytes) -> SecretBytes? {
        run(block, key: key, encrypts: 0)
    }

    private static func run(
        _ block: borrowing SecretBytes, key: borrowing SecretBytes, encrypts: Int32
    ) -> SecretBytes? {
        guard block.count == blockBytes, let cipher = unsafe cipher(keyBytes: key.count),
            let context = unsafe EVP_CIPHER_CTX_new()
        else { return nil }
        // The context holds the expanded key; OpenSSL wipes it here.
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var result = SecretBytes(count: blockBytes)
        var count: Int32 = 0
        let done = unsafe result.withMutableBytes { output in
            unsafe block.withBytes { input in
                unsafe key.withBytes { key in
                    // SAFETY: the key has the length that the cipher was chosen by; without padding one whole block in
                    // is one block out, and OpenSSL keeps none of the pointers.
                    unsafe EVP_CipherInit_ex(
                        context, cipher, nil, key.bindMemory(to: UInt8.self).baseAddress, nil, encrypts) == 1
                        && EVP_CIPHER_CTX_set_padding(context, 0) == 1
                        && EVP_CipherUpdate(
                            context, output.bindMemory(to: UInt8.self).baseAddress, &count,
                            input.bindMemory(to: UInt8.self).baseAddress, Int32(blockBytes)) == 1
                }
            }
        }
        guard done, count == Int32(blockBytes) else {
            ErrorQueue.clear()
            return nil
        }
        return result
    }

    private static func cipher(keyBytes: Int) -> OpaquePointer? {
        switch keyBytes {
        case 16: unsafe EVP_aes_128_ecb()
        case 24: unsafe EVP_aes_192_ecb()
        case 32: unsafe EVP_aes_256_ecb()
        default: nil
        }
    }
}
