internal import COpenSSL

/// Whether a certificate is an authority's, apart from the time.
public enum CertificateChain {
    /// True when the first certificate of `pem` was issued, for a client, by one of `roots`.
    public static func isIssued(_ pem: [UInt8], by roots: [UInt8]) -> Bool {
        defer { ErrorQueue.clear() }
        guard let store = unsafe X509_STORE_new(), let context = unsafe X509_STORE_CTX_new() else { return false }
        defer {
            unsafe X509_STORE_CTX_free(context)
            unsafe X509_STORE_free(store)
        }
        _ = Certificate.each(in: roots) { root in unsafe X509_STORE_add_cert(store, root.raw) }
        var verdict: Bool?
        _ = Certificate.each(in: pem) { leaf in
            guard verdict == nil, unsafe X509_STORE_CTX_init(context, store, leaf.raw, nil) == 1 else { return }
            unsafe X509_STORE_CTX_set_flags(context, UInt(X509_V_FLAG_NO_CHECK_TIME))
            unsafe X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT)
            verdict = unsafe X509_verify_cert(context) == 1
        }
        return verdict ?? false
    }
}
