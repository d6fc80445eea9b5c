import Glibc
import ISO8583
import LinuxBase
import Logging
import Measurements
import NIOCore
import NIOPosix
import Payments
import Rig
import Secrets
import Synchronization
import Testing

/// A gateway in this process, with a real issuer behind it.
final class Shop {
    static let card = "4000001234567899"
    static let poor = "4111111111111111"
    static let careful = "5555555555554444"
    static let unknown = "4222222222222220"

    let issuer: Issuer
    let lines = LogLines()
    /// Nil between two lives: the last reference lets go of the journal's lock.
    private var life: PaymentGateway?
    private var running: Task<Void, Never>
    private let host: PaymentHost
    private let limits: GatewayLimits
    let folder: TemporaryFolder

    /// The gateway reaches the issuer at `port`, by default directly; `options` are those of `vitrine-issuer serve`.
    init(
        port: Int? = nil, startsIssuer: Bool = true, options: [String] = [], tls: HostTLS? = nil,
        issuerPort: UInt16 = 0, change: (inout GatewayLimits) -> Void = { _ in }
    ) throws {
        folder = try TemporaryFolder()
        issuer = try Issuer(folder: folder.path + "/issuer", port: issuerPort)
        try issuer.addAccount(Self.card, ["expiry": "4912", "balance": "500.00", "limit": "250.00"])
        try issuer.addAccount(Self.poor, ["expiry": "2001", "balance": "5.00"])
        if startsIssuer { try issuer.start(options) }
        var limits = GatewayLimits.quick
        change(&limits)
        self.limits = limits
        host = PaymentHost(name: "127.0.0.1", port: port ?? Int(issuer.port), acquirer: "10", tls: tls)
        let gateway = try Self.open(folder.path, host, limits, lines)
        life = gateway
        running = Self.run(gateway)
    }

    deinit { running.cancel() }

    var gateway: PaymentGateway {
        guard let life else { preconditionFailure("the gateway is between two lives") }
        return life
    }

    var journal: String { folder.path + "/payments.sqlite" }

    private static func open(
        _ folder: String, _ host: PaymentHost, _ limits: GatewayLimits, _ lines: LogLines
    ) throws -> PaymentGateway {
        try PaymentGateway.open(
            journal: folder + "/payments.sqlite", host: host, limits: limits, log: lines.logger(),
            on: MultiThreadedEventLoopGroup.singleton.next())
    }

    private static func run(_ gateway: PaymentGateway) -> Task<Void, Never> { Task { await gateway.run() } }

    /// An orderly end and a new start with the same journal.
    func restart() async throws {
        await stop()
        life = nil
        // Whoever still holds the last one lets go of it soon.
        for attempt in 0... {
            do {
                life = try Self.open(folder.path, host, limits, lines)
                break
            } catch GatewayError.inUse where attempt < 1000 {
                try await Task.sleep(for: .milliseconds(2))
            }
        }
        running = Self.run(gateway)
    }

    func stop() async {
        running.cancel()
        await running.value
    }

    func pay(
        _ amount: UInt64, _ account: String = Shop.card, identifier: [UInt8]? = nil, expiry: Expiry? = nil,
        currency: String = "EUR", pin: PINData? = nil, proof: String? = nil
    ) async throws -> PaymentResult {
        await gateway.authorise(
            try order(
                amount, account, identifier: identifier, expiry: expiry, currency: currency, pin: pin, proof: proof))
    }

    /// A payment that goes on while the test does.
    func paying(_ amount: UInt64) throws -> Task<PaymentResult, Never> {
        let (gateway, box) = (gateway, OrderBox(try order(amount)))
        return Task {
            guard let order = box.take() else { preconditionFailure("an order is taken once") }
            return await gateway.authorise(order)
        }
    }

    func order(
        _ amount: UInt64, _ account: String = Shop.card, identifier: [UInt8]? = nil, expiry: Expiry? = nil,
        currency: String = "EUR", pin: PINData? = nil, proof: String? = nil
    ) throws -> PaymentOrder {
        try PaymentOrder(
            identifier: identifier ?? Random.bytes(16), terminal: "T-1000",
            merchant: Merchant(identifier: "M-1", name: "Café Lumière"), invoice: "invoice 2024-0117", amount: amount,
            currency: currency,
            account: PaymentAccount(digits: SecretBytes(copying: Array(account.utf8)), expiry: expiry),
            entry: .contactless, pin: pin, proof: proof.map { SecretBytes(copying: Array($0.utf8)) })
    }

    /// Waits until nothing is under way, and nothing is to be taken back.
    func settle() async throws {
        try await eventually("a gateway at rest") {
            let status = await gateway.status()
            return status.underWay == 0 && status.reversing == 0
        }
    }

    func connected() async throws {
        try await eventually("a connection") { await gateway.status().isConnected }
    }

    func balance(_ account: String = Shop.card) throws -> Int64 {
        let line = try issuer.ledger().accounts.first { $0.masked.hasSuffix(account.suffix(4)) }
        return try #require(line).balance
    }
}

extension GatewayLimits {
    /// Fast enough for tests.
    static var quick: GatewayLimits {
        var limits = GatewayLimits()
        limits.answer = .seconds(5)
        limits.reversal = .milliseconds(20) ... .milliseconds(100)
        limits.reconnect = .milliseconds(5) ... .milliseconds(50)
        limits.echo = .seconds(1)
        limits.signOn = .seconds(1)
        return limits
    }
}

/// Waits until something is so, at most ten seconds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = Clock.now() + .seconds(10)
    while Clock.now() < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    throw RigError.timedOut(waitingFor: what, log: "")
}

/// Everything that was logged, at every level.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func logger() -> Logger {
        var log = Logger(label: "payments") { _ in Handler(sink: self) }
        log.logLevel = .trace
        return log
    }

    private struct Handler: LogHandler {
        let sink: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let text = "\(event.level) \(event.message) \(all)"
            sink.lines.withLock { $0.append(text) }
        }
    }
}

/// An order on its way into a task.
final class OrderBox: Sendable {
    private let order: Mutex<PaymentOrder?>
    init(_ order: consuming sending PaymentOrder) { self.order = Mutex(consume order) }
    /// Once.
    func take() -> PaymentOrder? { order.withLock { $0.take() } }
}
