// Accept: the listener, TLS, frames, time-outs and limits of the server's connections. Owns the sockets; knows no
// application and no session. Everything but the start and the end of the listener happens on its one event loop.

public import Wire

/// Why a connection ended. Each ended connection is logged once with one of these; none carries foreign text.
public enum ConnectionEnd: Error, Equatable, Sendable, CustomStringConvertible {
    // Before TLS.
    case tooManyConnections
    case tooManyFromAddress
    // The handshake.
    case handshakeTimedOut
    case notTLS
    case noCertificate
    case unknownAuthority
    case certificateExpired
    case certificateNotYetValid
    /// Issued by the authority and in date, but not for a terminal of this protocol.
    case certificateUnsuitable
    /// The terminal would not have the server's certificate; `alert` is TLS's name for its reason.
    case refusedByTerminal(alert: String)
    /// Another failure of the handshake; `reason` is the TLS library's name for it.
    case handshakeFailed(reason: String)
    case wrongProtocol
    // The protocol.
    case helloTimedOut
    case attestationTimedOut
    case noCommonVersion
    case malformed(WireError)
    /// A message that has no place here, by its kind.
    case unexpected(message: String)
    /// A frame took longer to arrive than any honest terminal needs.
    case slowFrame
    case commandGap(expected: UInt64, received: UInt64)
    // What the program decided.
    case refused(Refusal.Code)
    /// The terminal took its session up on a newer connection.
    case takenOver
    case draining
    // The network.
    case closedByTerminal
    /// Neither data nor heartbeat.
    case silent
    /// The terminal reads nothing.
    case stalled
    case lost(errno: Int32)
    case internalFailure(String)

    public var description: String {
        switch self {
        case .tooManyConnections: "too many connections"
        case .tooManyFromAddress: "too many connections from this address"
        case .handshakeTimedOut: "TLS handshake timed out"
        case .notTLS: "not TLS"
        case .noCertificate: "no client certificate"
        case .unknownAuthority: "client certificate of an unknown authority"
        case .certificateExpired: "client certificate expired"
        case .certificateNotYetValid: "client certificate not yet valid"
        case .certificateUnsuitable: "client certificate not for a terminal"
        case .refusedByTerminal(let alert): "terminal refused the server's certificate (\(alert))"
        case .handshakeFailed(let reason): "TLS handshake failed (\(reason))"
        case .wrongProtocol: "application protocol is not \(WireLimits.applicationProtocol)"
        case .helloTimedOut: "no hello in time"
        case .attestationTimedOut: "no attestation in time"
        case .noCommonVersion: "no common protocol version"
        case .malformed(let error): "malformed message (\(error))"
        case .unexpected(let message): "unexpected message (\(message))"
        case .slowFrame: "a frame came too slowly"
        case .commandGap(let expected, let received): "command \(received) came where \(expected) was due"
        case .refused(let code): "refused (\(code))"
        case .takenOver: "taken over by a newer connection"
        case .draining: "server is shutting down"
        case .closedByTerminal: "closed by the terminal"
        case .silent: "silent for too long"
        case .stalled: "terminal does not read"
        case .lost(let errno): "connection lost (errno \(errno))"
        case .internalFailure(let what): "internal failure (\(what))"
        }
    }

    /// Ends that happen daily and need nobody's attention.
    public var isOrdinary: Bool {
        switch self {
        case .closedByTerminal, .takenOver, .draining, .lost, .silent: true
        default: false
        }
    }
}
