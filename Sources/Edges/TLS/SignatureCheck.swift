internal import COpenSSL

/// ECDSA with P-256 and SHA-256 (FIPS 186-5), public side.
public enum SignatureCheck {
    /// True when `signature` (r and s, 32 bytes each) over `message` was made with the key of `point` (0x04, x, y: 65 bytes).
    public static func isValid(_ signature: [UInt8], of message: [UInt8], point: [UInt8]) -> Bool {
        defer { ErrorQueue.clear() }
        guard signature.count == 64, point.count == 65, point[0] == 4,
            let key = unsafe EC_KEY_new_by_curve_name(NID_X9_62_prime256v1)
        else { return false }
        defer { unsafe EC_KEY_free(key) }
        // Checks that the point is on the curve.
        guard unsafe EC_KEY_oct2key(key, point, point.count, nil) == 1, let parts = unsafe ECDSA_SIG_new() else {
            return false
        }
        defer { unsafe ECDSA_SIG_free(parts) }
        let r = unsafe BN_bin2bn(Array(signature[..<32]), 32, nil)
        let s = unsafe BN_bin2bn(Array(signature[32...]), 32, nil)
        guard unsafe ECDSA_SIG_set0(parts, r, s) == 1 else { return false }
        let digest = Digest.sha256(message)
        return unsafe ECDSA_do_verify(digest, Int32(digest.count), parts, key) == 1
    }
}
