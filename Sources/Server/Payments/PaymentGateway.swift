internal import Database
internal import LinuxBase
public import Logging
internal import Measurements
public import NIOCore
internal import NIOPosix

/// Payments, each exactly once, whatever dies: the journal is ahead of every message and of every result.
///
/// ```
///  order ──► intent on the disk ──► 0200 ──► 0210 ──► answer on the disk ──► told
///                                    └─ no answer ──► reversal on the disk ──► told "declined" ──► 0420, 0421 … 0430
/// ```
///
/// One for a server, from start to end:
///
/// ```
/// let gateway = try PaymentGateway.open(journal: state + "/payments.sqlite", host: host, log: log, on: loop)
/// group.addTask { await gateway.run() }              // keeps the connection; ends by cancellation
///
/// let account = try PaymentAccount(track2Equivalent: track2)   // a card's tag 57, or
///                                                              // PaymentAccount(digits:expiry:) of a stored account
/// let order = try PaymentOrder(
///     identifier: identifier, terminal: terminal, merchant: merchant, invoice: invoice, amount: 2490, currency: "EUR",
///     account: account, entry: .contactless, pin: PINData(block: block, keySerialNumber: serialNumber), proof: code)
/// switch await gateway.authorise(order) { … }
/// ```
///
/// The session draws `identifier` once for what its cardholder has confirmed, and keeps it until it has the result.
/// After `needsMore` it asks the cardholder, and sends a new order with a new identifier, with the PIN (`.pin`) or in
/// `proof` what was typed (`.oneTimeCode`, `.identification`). After `declined` a further try is a new identifier too.
/// Orders may come from any task; the secrets in one are wiped when its result is told.
public final class PaymentGateway: Sendable {
    private let desk: PaymentDesk
    private let pool: NIOThreadPool
    private let loop: any EventLoop
    private let log: Logger
    private let limits: GatewayLimits
    /// Held as long as the gateway lives: an intent that is open at its start is then nobody's.
    private let lock: FileLock

    private init(
        _ desk: PaymentDesk, pool: NIOThreadPool, loop: any EventLoop, log: Logger, lock: consuming FileLock
    ) {
        self.desk = desk
        self.pool = pool
        self.loop = loop
        self.log = log
        self.lock = lock
        limits = desk.limits
    }

    /// Opens the journal at `path` (made where it is missing, mode 0600) and marks what the last gateway left open as
    /// to be taken back. Blocks for as long as the disk takes. Everything else happens in `run`.
    public static func open(
        journal path: String, host: PaymentHost, limits: GatewayLimits = GatewayLimits(), log: Logger,
        on loop: any EventLoop
    ) throws(GatewayError) -> PaymentGateway {
        let digits = Array(host.acquirer.utf8)
        guard (1...11).contains(digits.count), digits[0] != 0x30, digits.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw .badAcquirer
        }
        let tls = try host.tls?.context()
        let lock = try Self.lock(path)
        let journal: PaymentJournal
        let open: [PaymentRecord]
        do throws(DatabaseError) {
            journal = try PaymentJournal(path: path)
            open = try journal.recover()
        } catch {
            throw .journal("\(error)")
        }
        // One thread: what is asked of the journal first is done first.
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let messages = PaymentMessages(acquirer: host.acquirer)
        let desk = PaymentDesk(journal: journal, messages: messages, limits: limits, pool: pool, on: loop, log: log)
        if tls == nil { log.warning("payments travel to the bank's host without TLS") }
        loop.execute {
            desk.link = HostLink(host, limits: limits, messages: messages, tls: tls, log: log, on: loop) {
                [weak desk] in desk?.hear($0)
            }
            desk.resume(open)
        }
        return PaymentGateway(desk, pool: pool, loop: loop, log: log, lock: lock)
    }

    private static func lock(_ path: String) throws(GatewayError) -> FileLock {
        do {
            guard let lock = try FileLock(path + ".lock") else { throw GatewayError.inUse(path: path) }
            return lock
        } catch let error as GatewayError {
            throw error
        } catch {
            throw .journal("\(error)")
        }
    }

    /// Pays, or says why not. The same identifier again, also after a restart, gives the same result and pays nothing
    /// more; with another amount or account it is declined. Returns within `GatewayLimits.answer` and what the disk
    /// takes.
    public func authorise(_ order: consuming PaymentOrder) async -> PaymentResult {
        let slip = PaymentSlip(order)
        let (desk, loop) = (desk, loop)
        return await withCheckedContinuation { waiter in
            loop.execute { desk.authorise(slip) { waiter.resume(returning: $0) } }
        }
    }

    /// The result of a payment that was asked for before, perhaps of an earlier process: waits for it while it is under
    /// way. Nil when there is none of this identifier; `.journal` when nobody can know.
    public func result(of identifier: [UInt8]) async throws(GatewayError) -> PaymentResult? {
        let (desk, loop) = (desk, loop)
        let found = await withCheckedContinuation { waiter in
            loop.execute { desk.recall(identifier) { waiter.resume(returning: $0) } }
        }
        return try found.get()
    }

    public func status() async -> GatewayStatus {
        let (desk, loop) = (desk, loop)
        return await withCheckedContinuation { waiter in
            loop.execute { waiter.resume(returning: desk.status) }
        }
    }

    /// Keeps the connection, until the task is cancelled. Then nothing new is taken, and what is under way is taken
    /// back.
    public func run() async {
        let (desk, loop) = (desk, loop)
        loop.execute { desk.link?.start() }
        while !Task.isCancelled {
            // Ends by cancellation only.
            try? await Task.sleep(for: .seconds(3600))
        }
        loop.execute { desk.stop() }
        let deadline = Clock.now() + limits.drain
        while await status().underWay > 0, Clock.now() < deadline { await pause(.milliseconds(10)) }
        do { try await pool.shutdownGracefully() } catch {
            log.error("the journal's thread did not end", metadata: ["error": "\(error)"])
        }
    }

    /// A sleep of a task that is cancelled already.
    private func pause(_ duration: Duration) async {
        // It only ever succeeds.
        try? await loop.scheduleTask(in: TimeAmount(duration)) {}.futureResult.get()
    }
}
