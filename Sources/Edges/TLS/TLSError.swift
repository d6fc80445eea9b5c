// TLS: TLS 1.3 as a client with a private key that somebody else holds, AES-256-GCM, SHA-256, certificate requests: the
// only importer of COpenSSL. Never holds a private key, never falls back to an older protocol, never writes a key log.
// Owns no thread; non-blocking; a connection belongs to one thread at a time.

/// An alert that the peer sent (RFC 8446 §6).
public struct TLSAlert: Hashable, Sendable, CustomStringConvertible {
    public let number: UInt8
    public init(number: UInt8) { self.number = number }

    public static let badCertificate = TLSAlert(number: 42)
    public static let certificateRevoked = TLSAlert(number: 44)
    public static let certificateExpired = TLSAlert(number: 45)
    public static let unknownAuthority = TLSAlert(number: 48)
    public static let protocolVersion = TLSAlert(number: 70)
    public static let certificateRequired = TLSAlert(number: 116)
    public static let noApplicationProtocol = TLSAlert(number: 120)

    public var description: String {
        switch number {
        case 40: "no common parameters"
        case 42: "our certificate is bad"
        case 43: "our certificate is of an unsupported kind"
        case 44: "our certificate is revoked"
        case 45: "our certificate has expired"
        case 46: "our certificate is not acceptable"
        case 48: "our certificate is from an authority it does not know"
        case 49: "access denied"
        case 51: "our signature does not verify"
        case 70: "it does not speak this version of TLS"
        case 80: "internal error"
        case 116: "it wants a certificate"
        case 120: "it does not speak our application protocol"
        default: "alert \(number)"
        }
    }
}

/// Why the peer's certificate was refused.
public enum CertificateProblem: Hashable, Sendable, CustomStringConvertible {
    case expired
    case notYetValid
    case unknownAuthority
    case wrongName
    case revoked
    /// What OpenSSL calls it (`X509_V_ERR_…`).
    case other(code: Int, reason: String)

    public var description: String {
        switch self {
        case .expired: "it has expired"
        case .notYetValid: "it is not valid yet (is the clock right?)"
        case .unknownAuthority: "its authority is unknown here"
        case .wrongName: "it is for another name"
        case .revoked: "it is revoked"
        case .other(let code, let reason): "\(reason) (\(code))"
        }
    }
}

public enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A step of setting up failed; the reason is OpenSSL's.
    case setUp(step: String, reason: String)
    /// PEM that holds no certificate, or a certificate that cannot be used with this key.
    case ownCertificate(reason: String)
    case roots(reason: String)
    /// We refuse the peer's certificate.
    case peerCertificate(CertificateProblem)
    /// The peer refuses us. After `handshake` says done this is still possible: the server judges our certificate later.
    case refusedByPeer(TLSAlert)
    /// The peer does not speak TLS 1.3.
    case protocolVersion
    /// The peer speaks TLS, but not our application protocol.
    case applicationProtocol
    /// The private key's holder did not sign.
    case signing(reason: String)
    /// The peer closed the connection during the handshake.
    case closedInHandshake
    /// Anything else that the peer sent wrongly; the reason is OpenSSL's.
    case protocolFailure(reason: String)
    case socket(errno: Int32)
    /// The sealed bytes, the nonce, the name or the key are not those they were sealed with.
    case notAuthentic
    /// A key that is not 32 bytes, a nonce that is not 12, a coordinate that is not 32.
    case badLength(what: String, count: Int)

    public var description: String {
        switch self {
        case .setUp(let step, let reason): "TLS set-up, \(step): \(reason)"
        case .ownCertificate(let reason): "own certificate: \(reason)"
        case .roots(let reason): "root certificates: \(reason)"
        case .peerCertificate(let problem): "the peer's certificate is refused: \(problem)"
        case .refusedByPeer(let alert): "the peer refuses the connection: \(alert)"
        case .protocolVersion: "the peer does not speak TLS 1.3"
        case .applicationProtocol: "the peer does not speak \(TLSClientContext.applicationProtocol)"
        case .signing(let reason): "the private key did not sign: \(reason)"
        case .closedInHandshake: "the peer closed the connection during the handshake"
        case .protocolFailure(let reason): "TLS: \(reason)"
        case .socket(let errno): "TLS socket: errno \(errno)"
        case .notAuthentic: "not authentic"
        case .badLength(let what, let count): "\(what): \(count) bytes do not fit"
        }
    }
}
