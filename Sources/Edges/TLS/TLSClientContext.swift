internal import COpenSSL

/// What all connections of a terminal share: its certificate and key, the roots it trusts, the parameters.
///
/// TLS 1.3 only, the application protocol `vitrine/1`, no other trust than `rootsPEM`. A session is resumed only where the
/// owner of a connection says so (`TLSSession`).
@safe public final class TLSClientContext: @unchecked Sendable {
    public static let applicationProtocol = "vitrine/1"

    // Safe to share: not changed after init; SSL_new takes what it needs under OpenSSL's own locks.
    let raw: OpaquePointer
    let key: ForeignKey

    /// `certificatePEM`: the terminal's certificate, then intermediates if any. `sign` is called on the thread that does
    /// the handshake, once a handshake.
    public init(
        certificatePEM: [UInt8], rootsPEM: [UInt8], publicKey: (x: [UInt8], y: [UInt8]), sign: @escaping Signer
    ) throws(TLSError) {
        let key = try ForeignKey(publicKey: publicKey, sign: sign)
        ErrorQueue.clear()
        guard let raw = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .setUp(step: "context", reason: ErrorQueue.takeReason())
        }
        self.key = key
        unsafe self.raw = unsafe raw
        try setParameters()
        try useCertificate(certificatePEM)
        try trust(rootsPEM)
    }

    deinit { unsafe SSL_CTX_free(raw) }

    private func setParameters() throws(TLSError) {
        guard unsafe COpenSSL_only13(raw) == 1,
            unsafe SSL_CTX_set_ciphersuites(
                raw, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256") == 1
        else { throw .setUp(step: "protocol version", reason: ErrorQueue.takeReason()) }
        // OpenSSL 3.0 has no hybrid group and refuses the whole list.
        if unsafe COpenSSL_setGroups(raw, "X25519MLKEM768:X25519:P-256") != 1 {
            ErrorQueue.clear()
            guard unsafe COpenSSL_setGroups(raw, "X25519:P-256") == 1 else {
                throw .setUp(step: "groups", reason: ErrorQueue.takeReason())
            }
        }
        let name = Array(Self.applicationProtocol.utf8)
        let list = [UInt8(name.count)] + name
        // This one call answers 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(raw, list, UInt32(list.count)) == 0 else {
            throw .setUp(step: "application protocol", reason: ErrorQueue.takeReason())
        }
        unsafe COpenSSL_setModes(raw)
        unsafe COpenSSL_verifyPeer(raw)
    }

    private func useCertificate(_ pem: [UInt8]) throws(TLSError) {
        var isFirst = true
        let context = unsafe raw
        let count = try Certificate.each(in: pem) { (certificate) throws(TLSError) in
            let accepted =
                isFirst
                ? unsafe SSL_CTX_use_certificate(context, certificate.raw) == 1
                : unsafe COpenSSL_addIntermediate(context, certificate.raw) == 1
            guard accepted else { throw .ownCertificate(reason: ErrorQueue.takeReason()) }
            isFirst = false
        }
        guard count > 0 else { throw .ownCertificate(reason: "no certificate in the PEM text") }
        guard unsafe SSL_CTX_use_PrivateKey(raw, key.raw) == 1, unsafe SSL_CTX_check_private_key(raw) == 1 else {
            ErrorQueue.clear()
            throw .ownCertificate(reason: "it was not issued for the key of this terminal")
        }
    }

    private func trust(_ pem: [UInt8]) throws(TLSError) {
        let store = unsafe SSL_CTX_get_cert_store(raw)
        let count = try Certificate.each(in: pem) { (certificate) throws(TLSError) in
            guard unsafe X509_STORE_add_cert(store, certificate.raw) == 1 else {
                throw .roots(reason: ErrorQueue.takeReason())
            }
        }
        guard count > 0 else { throw .roots(reason: "no certificate in the PEM text") }
    }
}
