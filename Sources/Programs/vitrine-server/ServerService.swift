internal import Accept
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Payments
internal import ServiceLifecycle

/// What keeps the server from starting.
enum ServerProblem: Error, CustomStringConvertible {
    case missing(what: String, path: String, hint: String)
    case inUse(String)
    case unreadable(String, Files.ReadError)

    var description: String {
        switch self {
        case .missing(let what, let path, let hint): "no \(what) at \(path): \(hint)"
        case .inUse(let folder): "another server uses \(folder)"
        case .unreadable(let path, let error): "\(path): \(error)"
        }
    }
}

/// The server from its start to its end.
final class ServerService: Service {
    static let software = "vitrine-server/1"
    /// What cells get to end in; a cell that takes longer dies with the process.
    private static let drainTime: TimeAmount = .milliseconds(2000)

    private let options: ServerOptions
    private let log: Logger
    private let registry: Registry
    private let place: CellPlace
    private let credentials: ServerCredentials
    /// Held for as long as the process lives: a session that is open in the records at its start is then nobody's.
    private let lock: FileLock

    /// Everything that can fail without a listener: records, credentials, programs.
    init(_ given: ServerOptions, log: Logger) throws {
        var options = given
        // Cells are handed paths, and begin in a folder of their own.
        options.state = try Files.absolute(given.state)
        self.options = options
        self.log = log
        // A session takes some twenty descriptors, and the usual limit is 1024.
        let files = try LinuxBase.Process.raiseOpenFileLimit()
        log.debug("descriptors", metadata: ["limit": "\(files)"])
        let jailer = options.cellProgram ?? Files.parent(of: LinuxBase.Process.executablePath() ?? "") + "/vitrine-cell"
        guard Files.exists(jailer) else {
            throw ServerProblem.missing(what: "jailer", path: jailer, hint: "name it with --cell-program")
        }
        // Alone in the folder before its records are touched: opening them may change their form.
        guard let lock = try FileLock(options.state + "/server.lock") else { throw ServerProblem.inUse(options.state) }
        self.lock = lock
        registry = try Registry(state: options.state, log: log)
        credentials = ServerCredentials(
            certificateChain: try Self.read(StateFolder.serverCertificate(options.state)),
            privateKey: try Self.read(StateFolder.serverKey(options.state)),
            authority: try Self.read(StateFolder.authorityCertificate(options.state)))
        place = CellPlace(
            jailer: jailer,
            libraries: options.libraryFolders.isEmpty
                ? SwiftRuntime.folder().map { [$0] } ?? [] : options.libraryFolders)
        // What a server left behind that was killed: its cells died with it and had no files; their audit rows are here.
        let open = try registry.directory.closeOpenSessions(detail: "server was killed", now: Date())
        if open > 0 { log.warning("the last server was killed", metadata: ["sessions": "\(open)"]) }
    }

    func run() async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let payments = try openPayments(on: loops.next())
        let paying = payments.map { payments in Task { await payments.run() } }
        let host = SessionHost(
            loop: loops.next(), pool: pool, registry: registry, payments: payments, place: place,
            capacity: options.sessions, log: log)
        var limits = AcceptLimits()
        limits.connections = options.connections
        limits.connectionsPerAddress = options.connectionsPerAddress
        loops.next().execute { host.watchRecords() }
        let listener = try await TerminalListener.start(
            host: options.listen.host, port: options.listen.port, credentials: credentials, limits: limits, owner: host,
            software: Self.software, log: log, on: loops.next())
        let address = "\(options.listen.host):\(listener.port)"
        log.notice("listening", metadata: ["address": "\(address)"])
        if let file = options.readyFile { try Files.replace(file, with: Array("\(address)\n".utf8), mode: 0o644) }

        // Ends by cancellation or by the graceful shut-down: both are the same to terminals.
        try? await gracefulShutdown()
        log.notice("shutting down")
        await listener.stop()
        await drain(host, on: loops.next())
        paying?.cancel()
        await paying?.value
        if let file = options.readyFile { try? Files.remove(file) }  // Its absence is a courtesy only.
        log.notice("ended")
    }

    private func openPayments(on loop: any EventLoop) throws -> PaymentGateway? {
        guard let bank = try options.payments.paymentHost() else {
            log.notice("no bank's host is named: payments are declined")
            return nil
        }
        return try PaymentGateway.open(journal: options.state + "/payments.sqlite", host: bank, log: log, on: loop)
    }

    private func drain(_ host: SessionHost, on loop: any EventLoop) async {
        let done = host.drain()
        let late = loop.makePromise(of: Void.self)
        let timer = loop.scheduleTask(in: Self.drainTime) { late.succeed() }
        done.whenSuccess {
            timer.cancel()
            late.succeed()
        }
        do { try await late.futureResult.get() } catch {
            // It only ever succeeds.
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        do throws(Files.ReadError) { return try Files.read(path, limit: 1 << 16) } catch {
            throw ServerProblem.unreadable(path, error)
        }
    }
}
