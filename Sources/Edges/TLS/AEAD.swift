internal import COpenSSL
public import Secrets

/// AES-256-GCM (NIST SP 800-38D).
public enum AEAD {
    public static let keyBytes = 32
    public static let nonceBytes = 12
    public static let tagBytes = 16

    /// Returns the ciphertext with the tag behind it: `plain.count + 16` bytes. A nonce must never be used twice with a key.
    public static func seal(
        _ plain: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(TLSError) -> [UInt8] {
        let cipher = try Cipher(key: key, nonce: nonce, encrypts: true)
        try cipher.authenticate(data)
        var result = [UInt8](repeating: 0, count: plain.count + tagBytes)
        try cipher.update(plain[...], into: &result)
        var tag = [UInt8](repeating: 0, count: tagBytes)
        guard unsafe EVP_CipherFinal_ex(cipher.raw, &result, &cipher.ignoredCount) == 1,
            unsafe COpenSSL_getTag(cipher.raw, &tag) == 1
        else { throw .setUp(step: "AES-256-GCM", reason: ErrorQueue.takeReason()) }
        result.replaceSubrange(plain.count..., with: tag)
        return result
    }

    /// Returns the plain bytes, or throws `.notAuthentic`: then nothing of them has left this call.
    public static func open(
        _ sealed: ArraySlice<UInt8>, key: borrowing SecretBytes, nonce: [UInt8], authenticating data: [UInt8]
    ) throws(TLSError) -> [UInt8] {
        guard sealed.count >= tagBytes else { throw .notAuthentic }
        let cipher = try Cipher(key: key, nonce: nonce, encrypts: false)
        try cipher.authenticate(data)
        var result = [UInt8](repeating: 0, count: sealed.count - tagBytes)
        try cipher.update(sealed.dropLast(tagBytes), into: &result)
        var nothing: [UInt8] = [0]
        guard unsafe COpenSSL_setTag(cipher.raw, Array(sealed.suffix(tagBytes))) == 1,
            unsafe EVP_CipherFinal_ex(cipher.raw, &nothing, &cipher.ignoredCount) == 1
        else {
            ErrorQueue.clear()
            wipe(&result)
            throw .notAuthentic
        }
        return result
    }
}

/// One use of the cipher.
@safe private final class Cipher {
    let raw: OpaquePointer
    var ignoredCount: Int32 = 0

    init(key: borrowing SecretBytes, nonce: [UInt8], encrypts: Bool) throws(TLSError) {
        guard key.count == AEAD.keyBytes else { throw .badLength(what: "AES-256 key", count: key.count) }
        guard nonce.count == AEAD.nonceBytes else { throw .badLength(what: "GCM nonce", count: nonce.count) }
        guard let raw = unsafe EVP_CIPHER_CTX_new() else { throw .setUp(step: "AES-256-GCM", reason: "no memory") }
        unsafe self.raw = unsafe raw
        let code = unsafe key.withBytes { key in
            unsafe EVP_CipherInit_ex(
                raw, EVP_aes_256_gcm(), nil, key.assumingMemoryBound(to: UInt8.self).baseAddress, nonce,
                encrypts ? 1 : 0)
        }
        guard code == 1 else { throw .setUp(step: "AES-256-GCM", reason: ErrorQueue.takeReason()) }
    }

    // The context holds the expanded key; OpenSSL wipes it here.
    deinit { unsafe EVP_CIPHER_CTX_free(raw) }

    func authenticate(_ data: [UInt8]) throws(TLSError) {
        guard unsafe EVP_CipherUpdate(raw, nil, &ignoredCount, data, Int32(data.count)) == 1 else {
            throw .setUp(step: "AES-256-GCM", reason: ErrorQueue.takeReason())
        }
    }

    func update(_ bytes: ArraySlice<UInt8>, into result: inout [UInt8]) throws(TLSError) {
        guard bytes.count <= Int(Int32.max) else { throw .badLength(what: "AES-256-GCM text", count: bytes.count) }
        guard !bytes.isEmpty else { return }
        let code = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_CipherUpdate(raw, &result, &ignoredCount, bytes.baseAddress, Int32(bytes.count))
        }
        guard code == 1 else { throw .setUp(step: "AES-256-GCM", reason: ErrorQueue.takeReason()) }
    }
}
