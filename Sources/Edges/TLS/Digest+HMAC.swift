internal import COpenSSL
public import Secrets

extension Digest {
    /// HMAC-SHA-256 (RFC 2104) of secret bytes, as 32 secret bytes; nil when the library refuses (no memory).
    public static func hmacSHA256(key: [UInt8], message: borrowing SecretBytes) -> SecretBytes? {
        var result = SecretBytes(count: 32)
        var length: UInt32 = 0
        let done = unsafe result.withMutableBytes { output in
            unsafe message.withBytes { input in
                // SAFETY: output has the 32 bytes of a SHA-256 value; OpenSSL keeps none of the pointers.
                unsafe HMAC(
                    EVP_sha256(), key, Int32(key.count), input.bindMemory(to: UInt8.self).baseAddress, input.count,
                    output.bindMemory(to: UInt8.self).baseAddress, &length) != nil
            }
        }
        guard done, length == 32 else { return nil }
        return result
    }
}
