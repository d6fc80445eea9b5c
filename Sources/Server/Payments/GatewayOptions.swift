/// Where the bank's host is, and as whom it knows us.
public struct PaymentHost: Sendable {
    public var name: String
    public var port: Int
    /// Field 32: one to eleven digits, the first not 0.
    public var acquirer: String
    /// Without it everything travels in clear: for a host on this machine, or behind a tunnel.
    public var tls: HostTLS?

    public init(name: String, port: Int, acquirer: String, tls: HostTLS? = nil) {
        self.name = name
        self.port = port
        self.acquirer = acquirer
        self.tls = tls
    }
}

/// PEM everywhere.
public struct HostTLS: Sendable {
    /// Whose certificates the host may show.
    public var authority: [UInt8]
    /// The name that the host's certificate must have; nil for that of `PaymentHost`.
    public var hostName: String?
    /// Ours, leaf first, and its key; nil when the host asks for none.
    public var certificate: (chain: [UInt8], key: [UInt8])?

    public init(authority: [UInt8], hostName: String? = nil, certificate: (chain: [UInt8], key: [UInt8])? = nil) {
        self.authority = authority
        self.hostName = hostName
        self.certificate = certificate
    }
}

/// Times and numbers that a gateway keeps to.
public struct GatewayLimits: Sendable {
    /// From an order to its answer. Then the payment is taken back. (Issuers answer within some ten seconds; a
    /// cardholder waits no longer than half a minute.)
    public var answer: Duration = .seconds(20)
    /// Between a reversal and its repeats, doubling.
    public var reversal: ClosedRange<Duration> = .seconds(1) ... .seconds(60)
    /// Between attempts to connect, doubling.
    public var reconnect: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)
    public var connect: Duration = .seconds(5)
    /// Between echo messages; a connection whose last one was not answered by then is given up.
    public var echo: Duration = .seconds(15)
    /// For the host to answer the sign-on.
    public var signOn: Duration = .seconds(5)
    /// Payments without a result. More are declined at once.
    public var underWay = 256
    /// What payments under way get to end in when the gateway stops.
    public var drain: Duration = .seconds(2)

    public init() {}
}

public enum GatewayError: Error, Equatable, Sendable, CustomStringConvertible {
    case badAcquirer
    /// Another gateway has this journal open.
    case inUse(path: String)
    case journal(String)
    case tls(String)

    public var description: String {
        switch self {
        case .badAcquirer: "an acquirer is one to eleven digits, the first not 0"
        case .inUse(let path): "another process uses \(path)"
        case .journal(let detail): "the journal of payments: \(detail)"
        case .tls(let detail): "TLS to the bank's host: \(detail)"
        }
    }
}

/// How things stand.
public struct GatewayStatus: Equatable, Sendable {
    /// The host has signed on.
    public var isConnected: Bool
    /// Payments without a result.
    public var underWay: Int
    /// Payments that were declined because no answer came, and whose reversal the host has not acknowledged.
    public var reversing: Int
}
