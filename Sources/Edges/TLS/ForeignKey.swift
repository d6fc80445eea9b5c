internal import COpenSSL
internal import Synchronization

/// Signs a SHA-256 digest (32 bytes) with P-256; `r` and `s` are 32 bytes each, big-endian.
public typealias Signer = @Sendable (_ digest: [UInt8]) throws -> (r: [UInt8], s: [UInt8])

/// An OpenSSL key whose private half is a closure: OpenSSL knows the public point, and asks for signatures.
///
/// A class because OpenSSL keeps a pointer back to it, in the key's extra data. Whatever uses the key (a TLS context and
/// the connections made from it) keeps this object alive; hence the pointer does not count as a reference.
@safe final class ForeignKey: @unchecked Sendable {
    // Safe to share: `raw` is not changed after init and is reference counted with locks by OpenSSL.
    let raw: OpaquePointer
    private let signer: Signer
    private let failure = Mutex<String?>(nil)

    init(publicKey: (x: [UInt8], y: [UInt8]), sign: @escaping Signer) throws(TLSError) {
        guard publicKey.x.count == 32, publicKey.y.count == 32 else {
            throw .badLength(what: "P-256 point", count: publicKey.x.count + publicKey.y.count)
        }
        guard let key = unsafe EC_KEY_new_by_curve_name(NID_X9_62_prime256v1), let raw = unsafe EVP_PKEY_new() else {
            throw .setUp(step: "P-256 key", reason: "no memory")
        }
        defer { unsafe EC_KEY_free(key) }
        unsafe self.raw = unsafe raw
        signer = sign
        // Checks that the point is on the curve.
        let point: [UInt8] = [uncompressedPoint] + publicKey.x + publicKey.y
        guard unsafe EC_KEY_oct2key(key, point, point.count, nil) == 1 else {
            throw .setUp(step: "P-256 public point", reason: ErrorQueue.takeReason())
        }
        guard unsafe EC_KEY_set_method(key, Self.method) == 1,
            unsafe EC_KEY_set_ex_data(key, Self.index, Unmanaged.passUnretained(self).toOpaque()) == 1,
            unsafe EVP_PKEY_set1_EC_KEY(raw, key) == 1
        else { throw .setUp(step: "P-256 key", reason: ErrorQueue.takeReason()) }
    }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// Why the last signature failed, once.
    func takeFailure() -> String? {
        failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
    }

    fileprivate func sign(_ digest: [UInt8]) -> OpaquePointer? {
        do {
            let pair = try signer(digest)
            let r = unsafe BN_bin2bn(pair.r, Int32(pair.r.count), nil)
            let s = unsafe BN_bin2bn(pair.s, Int32(pair.s.count), nil)
            guard let signature = unsafe ECDSA_SIG_new(), unsafe ECDSA_SIG_set0(signature, r, s) == 1 else {
                return nil
            }
            return unsafe signature
        } catch {
            failure.withLock { $0 = "\(error)" }
            return nil
        }
    }

    /// The slot of our pointer in every EC_KEY of this process.
    private static let index = COpenSSL_newKeyIndex()

    /// OpenSSL's own method with the two signing calls replaced; lives as long as the process.
    nonisolated(unsafe) private static let method: OpaquePointer? = {
        // Written once, before the first key exists; keys only read it.
        let method = unsafe EC_KEY_METHOD_new(EC_KEY_OpenSSL())
        unsafe EC_KEY_METHOD_set_sign(
            method,
            { _, digest, count, out, outCount, _, _, key in
                guard let signature = unsafe ForeignKey.sign(digest, count, key) else { return 0 }
                defer { unsafe ECDSA_SIG_free(signature) }
                var next = unsafe out
                // The caller's buffer holds ECDSA_size(key) bytes, the most that this writes.
                let written = unsafe i2d_ECDSA_SIG(signature, &next)
                unsafe outCount?.pointee = UInt32(max(written, 0))
                return written > 0 ? 1 : 0
            },
            nil,
            { digest, count, _, _, key in unsafe ForeignKey.sign(digest, count, key) })
        return unsafe method
    }()

    private static func sign(_ digest: UnsafePointer<UInt8>?, _ count: Int32, _ key: OpaquePointer?) -> OpaquePointer? {
        guard let digest = unsafe digest, let pointer = unsafe EC_KEY_get_ex_data(key, index) else { return nil }
        // SAFETY: set in init; the object outlives every use of its key (see above).
        let owner = unsafe Unmanaged<ForeignKey>.fromOpaque(pointer).takeUnretainedValue()
        return unsafe owner.sign(Array(UnsafeBufferPointer(start: digest, count: Int(count))))
    }
}

private let uncompressedPoint: UInt8 = 4  // SEC 1 §2.3.3
