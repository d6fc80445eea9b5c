internal import COpenSSL
internal import Glibc
public import LinuxBase

/// How far a handshake is.
public enum TLSProgress: Equatable, Sendable {
    /// Done on our side. The server has not judged our certificate yet: wait for its first byte.
    case done
    case wantRead
    case wantWrite
}

/// What a non-blocking read or write did.
public enum TLSTransfer: Equatable, Sendable {
    case bytes(Int)
    case wantRead
    case wantWrite
    /// The peer has closed, in order or not (see `peerClosedInOrder`).
    case closed
}

/// One TLS connection as a client, over a connected non-blocking socket that it owns. Raises no SIGPIPE.
@safe public struct TLSConnection: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, one owner at a time.
    let raw: OpaquePointer
    private let context: TLSClientContext
    private let descriptor: Descriptor

    /// `serverName` is a host name or an IP address in numbers; the peer's certificate must carry it as a subject
    /// alternative name, and is judged at `time`. `session` is one of an earlier connection with the same server and context.
    public init(
        context: TLSClientContext, serverName: String, socket: consuming Descriptor, time: VerificationTime = .system,
        session: TLSSession? = nil
    ) throws(TLSError) {
        ErrorQueue.clear()
        let connection = try unsafe Self.make(context, serverName, socket.raw)
        unsafe raw = unsafe connection
        self.context = context
        descriptor = socket
        unsafe time.apply(to: connection)
        // One that the library will not take is no loss: the handshake is a full one.
        if let session { _ = unsafe SSL_set_session(connection, session.raw) }
        ErrorQueue.clear()
    }

    private static func make(
        _ context: TLSClientContext, _ serverName: String, _ descriptor: Int32
    ) throws(TLSError) -> OpaquePointer {
        guard let raw = unsafe SSL_new(context.raw) else {
            throw .setUp(step: "connection", reason: ErrorQueue.takeReason())
        }
        guard let bio = unsafe SocketMethod.make(descriptor) else {
            unsafe SSL_free(raw)
            throw .setUp(step: "connection", reason: "no memory")
        }
        unsafe SSL_set_bio(raw, bio, bio)
        unsafe SSL_set_connect_state(raw)
        let parameters = unsafe SSL_get0_param(raw)
        // An address is compared with addresses and is never sent as a server name (RFC 6066 §3).
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return unsafe raw }
        ErrorQueue.clear()
        unsafe X509_VERIFY_PARAM_set_hostflags(
            parameters, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        guard !serverName.isEmpty, unsafe SSL_set1_host(raw, serverName) == 1,
            unsafe COpenSSL_setIndication(raw, serverName) == 1
        else {
            unsafe SSL_free(raw)
            throw .setUp(step: "server name", reason: ErrorQueue.takeReason())
        }
        return unsafe raw
    }

    deinit { unsafe SSL_free(raw) }

    public var socket: Int32 { descriptor.raw }

    /// Goes on with the handshake; call again when the socket is ready for what is wanted, until done.
    public mutating func handshake() throws(TLSError) -> TLSProgress {
        ErrorQueue.clear()
        let result = unsafe SSL_do_handshake(raw)
        if result == 1 {
            guard applicationProtocol == TLSClientContext.applicationProtocol else { throw .applicationProtocol }
            return .done
        }
        let code = errno
        switch unsafe SSL_get_error(raw, result) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: throw .closedInHandshake
        case SSL_ERROR_SYSCALL: throw Self.isGone(code) ? .closedInHandshake : .socket(errno: code)
        default:
            throw failure() ?? .closedInHandshake
        }
    }

    /// Reads at most `buffer.count` bytes into the start of `buffer`.
    public mutating func read(into buffer: inout [UInt8]) throws(TLSError) -> TLSTransfer {
        ErrorQueue.clear()
        var count = 0
        let result = unsafe SSL_read_ex(raw, &buffer, buffer.count, &count)
        return result == 1 ? .bytes(count) : try outcome(of: result, errno: errno)
    }

    /// Writes from the start of `bytes`; may write less. What was not taken is to be offered again, unchanged and first.
    public mutating func write(_ bytes: ArraySlice<UInt8>) throws(TLSError) -> TLSTransfer {
        guard !bytes.isEmpty else { return .bytes(0) }
        ErrorQueue.clear()
        var count = 0
        let result = unsafe bytes.withUnsafeBytes { unsafe SSL_write_ex(raw, $0.baseAddress, $0.count, &count) }
        return result == 1 ? .bytes(count) : try outcome(of: result, errno: errno)
    }

    /// Tells the peer that nothing follows, and closes. Never waits: a peer that does not listen is left without.
    public consuming func close() {
        // Not before the end of a handshake, where it is an error.
        if unsafe SSL_is_init_finished(raw) == 1 { _ = unsafe SSL_shutdown(raw) }
        ErrorQueue.clear()
    }

    private borrowing func outcome(of result: Int32, errno code: Int32) throws(TLSError) -> TLSTransfer {
        switch unsafe SSL_get_error(raw, result) {
        case SSL_ERROR_WANT_READ: return .wantRead
        case SSL_ERROR_WANT_WRITE: return .wantWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        case SSL_ERROR_SYSCALL:
            if Self.isGone(code) { return .closed }
            throw .socket(errno: code)
        default:
            if let error = failure() { throw error }
            return .closed
        }
    }

    private static func isGone(_ code: Int32) -> Bool { code == EPIPE || code == ECONNRESET || code == 0 }
}

extension TLSConnection {
    /// True when `read` has bytes without asking the socket: poll would not say so.
    public var hasBufferedBytes: Bool { unsafe SSL_pending(raw) > 0 }

    /// After `.closed`: true when the peer said so, false when the stream just ended (a cable, an attacker).
    public var peerClosedInOrder: Bool { unsafe SSL_get_shutdown(raw) & SSL_RECEIVED_SHUTDOWN != 0 }

    /// After the handshake, for the log: protocol, cipher suite, group.
    public var parameters: String {
        // SAFETY: static strings of the library, copied at once.
        let version = unsafe String(cString: SSL_get_version(raw))
        let cipher = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(raw)).map { unsafe String(cString: $0) } ?? "?"
        let group = unsafe COpenSSL_groupName(raw).map { unsafe String(cString: $0) } ?? "?"
        return "\(version) \(cipher) \(group)"
    }

    /// `count` bytes that only the two ends of this connection can compute (RFC 8446 §7.5), with an empty context.
    public func exporter(label: String, count: Int) throws(TLSError) -> [UInt8] {
        ErrorQueue.clear()
        var result = [UInt8](repeating: 0, count: count)
        guard unsafe SSL_export_keying_material(raw, &result, count, label, label.utf8.count, nil, 0, 0) == 1 else {
            throw .setUp(step: "exporter", reason: ErrorQueue.takeReason())
        }
        return result
    }

    private var applicationProtocol: String {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(raw, &bytes, &count)
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    /// What SSL_ERROR_SSL stands for; nil for a stream that ended without notice.
    private func failure() -> TLSError? {
        if let reason = context.key.takeFailure() {
            ErrorQueue.clear()
            return .signing(reason: reason)
        }
        guard let first = ErrorQueue.first, first.library == ERR_LIB_SSL else {
            return .protocolFailure(reason: ErrorQueue.takeReason())
        }
        switch first.reason {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            ErrorQueue.clear()
            return nil
        case SSL_R_CERTIFICATE_VERIFY_FAILED:
            ErrorQueue.clear()
            return .peerCertificate(CertificateProblem(unsafe SSL_get_verify_result(raw)))
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_AD_REASON_OFFSET + SSL_AD_PROTOCOL_VERSION:
            ErrorQueue.clear()
            return .protocolVersion
        case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255):
            ErrorQueue.clear()
            return .refusedByPeer(TLSAlert(number: UInt8(first.reason - SSL_AD_REASON_OFFSET)))
        default:
            return .protocolFailure(reason: ErrorQueue.takeReason())
        }
    }
}

extension CertificateProblem {
    init(_ code: Int) {
        switch Int32(truncatingIfNeeded: code) {
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            self = .unknownAuthority
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .wrongName
        case X509_V_ERR_CERT_REVOKED: self = .revoked
        default:
            // SAFETY: a static string.
            self = .other(code: code, reason: unsafe String(cString: X509_verify_cert_error_string(code)))
        }
    }
}
