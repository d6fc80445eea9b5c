public import NIOCore
internal import Wire

/// What one listener bears. Times are from the issue of the protocol (Documentation/protocol), counts from the operator.
public struct AcceptLimits: Equatable, Sendable {
    /// Connections at a time, in all.
    public var connections = 1024
    /// Connections at a time from one address; a shop's terminals may share one.
    public var connectionsPerAddress = 256
    /// From the accepted socket to the terminal's hello.
    public var greeting: TimeAmount = .seconds(5)
    /// From a challenge to its answer: a TPM may need seconds for a signature.
    public var attestation: TimeAmount = .seconds(15)
    /// From the first byte of a frame to its last.
    public var frame: TimeAmount = .seconds(5)
    /// Silence of the terminal after which it is taken for dead.
    public var silence: TimeAmount = .seconds(15)
    /// Silence of the server after which it sends a heartbeat.
    public var heartbeat: TimeAmount = .seconds(5)
    /// Bytes that the kernel may hold unsent before the socket counts as full: a backlog is felt at once.
    public var unsentBytes = 16 << 10
    /// Bytes that a terminal may send before it is welcomed.
    public var earlyBytes = WireLimits.terminalFrameBytes + 4 * WireLimits.terminalMessageBytes

    public init() {}
}

/// Why a listener could not start.
public enum AcceptError: Error, Sendable, CustomStringConvertible {
    /// The server's own certificate or key, or the authority's, cannot be used; `what` names it.
    case credentials(what: String, reason: String)
    case listen(address: String, reason: String)

    public var description: String {
        switch self {
        case .credentials(let what, let reason): "\(what): \(reason)"
        case .listen(let address, let reason): "cannot listen at \(address): \(reason)"
        }
    }
}

/// Counts the connections, in all and by address. Pure.
struct ConnectionCounter {
    private let limits: AcceptLimits
    private(set) var total = 0
    private var byAddress: [String: Int] = [:]

    init(limits: AcceptLimits) { self.limits = limits }

    /// Counts one more, or says why not (then it is not counted).
    mutating func enter(_ address: String) -> ConnectionEnd? {
        guard total < limits.connections else { return .tooManyConnections }
        guard byAddress[address, default: 0] < limits.connectionsPerAddress else { return .tooManyFromAddress }
        total += 1
        byAddress[address, default: 0] += 1
        return nil
    }

    mutating func leave(_ address: String) {
        guard let count = byAddress[address] else { return }
        total -= 1
        byAddress[address] = count > 1 ? count - 1 : nil
    }
}
