internal import COpenSSL

/// SHA-256 of bytes that come piece by piece.
@safe public struct StreamDigest: ~Copyable {
    // SAFETY: owned by this value alone, from `init` to `deinit`.
    private let context: OpaquePointer

    public init() {
        let context = unsafe EVP_MD_CTX_new()
        guard let context = unsafe context, unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("SHA-256 is part of every OpenSSL; it fails only without memory")
        }
        unsafe self.context = unsafe context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: ArraySlice<UInt8>) {
        let code = unsafe bytes.withUnsafeBytes { unsafe EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        precondition(code == 1, "SHA-256 takes any bytes")
    }

    /// 32 bytes.
    public consuming func finish() -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 32
        let code = unsafe EVP_DigestFinal_ex(context, &result, &count)
        precondition(code == 1 && count == 32, "SHA-256 has 32 bytes")
        return result
    }
}
