internal import COpenSSL

/// What a server gave to take a connection up again without certificates (RFC 8446 §2.2): a secret, in memory only.
@safe public final class TLSSession: @unchecked Sendable {
    // Safe to share: not changed after init, reference counted by OpenSSL.
    let raw: OpaquePointer
    /// When the server's certificate, which is not shown again, ends; seconds since 1970.
    public let certificateEnd: Int64

    init?(_ raw: OpaquePointer) {
        let end = unsafe COpenSSL_end(SSL_SESSION_get0_peer(raw))
        guard unsafe SSL_SESSION_is_resumable(raw) == 1, end >= 0 else {
            unsafe SSL_SESSION_free(raw)
            return nil
        }
        unsafe self.raw = unsafe raw
        certificateEnd = end
    }

    deinit { unsafe SSL_SESSION_free(raw) }
}

extension TLSConnection {
    /// A copy of the session to resume later; nil as long as the server has given none. Take it while all is well: a
    /// connection that breaks spoils its own.
    public var session: TLSSession? {
        guard let kept = unsafe SSL_get_session(raw), let copy = unsafe SSL_SESSION_dup(kept) else { return nil }
        return unsafe TLSSession(copy)
    }

    /// True when this connection resumed an earlier one.
    public var isResumed: Bool { unsafe SSL_session_reused(raw) == 1 }

    /// When the server's certificate ends, seconds since 1970; nil before the handshake.
    public var peerCertificateEnd: Int64? {
        let end = unsafe COpenSSL_end(SSL_get0_peer_certificate(raw))
        return end >= 0 ? end : nil
    }
}
