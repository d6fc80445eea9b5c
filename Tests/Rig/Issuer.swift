internal import Glibc
internal import LinuxBase

/// A real issuer host (`vitrine-issuer serve`) with its ledger, on loopback.
public final class Issuer {
    /// Its state.
    public let folder: String
    public private(set) var port: UInt16
    private var process: ChildProcess?

    public var log: String { folder + ".log" }

    /// Makes the state, and starts nothing.
    public init(folder: String, port: UInt16 = 0) throws {
        self.folder = folder
        self.port = port
        try Files.makeFolder(folder)
    }

    /// Serves on `port`, by default the one it had before, with more `options` of `serve`.
    public func start(_ options: [String] = []) throws {
        let portFile = folder + ".port"
        if Files.exists(portFile) { try Files.remove(portFile) }
        let program = try Programs.path("vitrine-issuer")
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_APPEND)
        let nothing = try Files.openNothing()
        let arguments =
            [program, "serve", "--state", folder, "--listen", "127.0.0.1:\(port)", "--port-file", portFile] + options
        // Tests run on threads that come and go.
        process = try ChildProcess(
            program, arguments: arguments, environment: Rig.environment,
            descriptors: [(nothing.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
        try wait(for: "the issuer", log: { (try? self.logText()) ?? "" }) {
            guard Files.exists(portFile) else { return false }
            let text = String(decoding: try Files.read(portFile, limit: 16), as: UTF8.self)
            guard let number = UInt16(text.dropLast()) else { return false }
            port = number
            return true
        }
    }

    /// As a crash or the loss of power does.
    public func kill() throws {
        guard let running = process.take() else { return }
        running.signal(SIGKILL)
        _ = try running.stop(grace: .seconds(2))
    }

    public func stop() throws {
        guard let running = process.take() else { return }
        _ = try running.stop(grace: .seconds(5))
    }

    public func logText() throws -> String {
        String(decoding: try Files.read(log, limit: 64 << 20), as: UTF8.self)
    }

    /// Opens an account; `options` are those of `vitrine-issuer account add`.
    public func addAccount(_ number: String, _ options: [String: String]) throws {
        try command(
            ["account", "add", "--account", number]
                + options.sorted { $0.key < $1.key }.flatMap { ["--" + $0.key, $0.value] })
    }

    @discardableResult
    public func command(_ words: [String]) throws -> String {
        try run("vitrine-issuer", words + ["--state", folder], in: Files.parent(of: folder)).output
    }

    public func ledger() throws -> IssuerLedger { IssuerLedger(try command(["ledger"])) }
}

/// What `vitrine-issuer ledger` prints.
public struct IssuerLedger: Sendable {
    public struct Account: Equatable, Sendable {
        public let masked, condition: String
        public let opening, balance: Int64
    }
    public struct Entry: Equatable, Sendable {
        public let terminal, reference, masked, response, condition, invoice: String
        public let amount: Int64
        public var isTaken: Bool { condition == "taken" }
    }

    public let accounts: [Account]
    public let entries: [Entry]

    init(_ text: String) {
        let lines = text.split(separator: "\n").map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
        accounts = lines.filter { $0[0] == "account" && $0.count == 6 }.map {
            Account(masked: $0[1], condition: $0[5], opening: Int64($0[3]) ?? -1, balance: Int64($0[4]) ?? -1)
        }
        entries = lines.filter { $0[0] == "entry" && $0.count == 12 }.map {
            Entry(
                terminal: $0[2], reference: $0[5], masked: $0[6], response: $0[9], condition: $0[10], invoice: $0[11],
                amount: Int64($0[7]) ?? -1)
        }
    }

    /// Accounts whose balance is not what they were opened with, less what stands.
    public var unbalanced: [Account] {
        accounts.filter { account in
            let taken = entries.filter { $0.masked == account.masked && $0.isTaken }.reduce(0) { $0 + $1.amount }
            return account.balance != account.opening - taken
        }
    }
}
