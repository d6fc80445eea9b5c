public import LinuxBase
internal import Glibc
public import Pictures
internal import Plane

/// One server, one terminal and what they need, in a temporary folder that goes when the rig goes.
public final class Rig {
    public struct Options: Sendable {
        public var size = PixelSize(width: 800, height: 480)
        /// Also `rfb:…` for an interactive demo.
        public var watched: String?
        public var keypad: String?
        /// The terminal reaches the server through a relay that can be cut.
        public var isRelayed = false
        /// When how much passed the relay is kept in the rig's folder, as `line.times`.
        public var isTimed = false
        /// What passes the relay is kept in the rig's folder, as `capture.up` and `capture.down`.
        public var isCaptured = false
        /// Applications from `Tests/Fixtures/Applications`, besides the wallet and the calculator.
        public var fixtures: [String] = []
        /// From `Images/applications`, likewise; with the stored account, as the wallet.
        public var applications: [String] = []
        /// Of the demo's user, whose account is in the sealed store.
        public var code = "4711"
        /// Of that account at the bank, in major units; above the limit it wants to know who pays.
        public var balance = "500.00"
        public var limit = "250.00"
        public var account = "4111111111111111"
        /// More about it: options of `vitrine-issuer account add`.
        public var accountOptions: [String: String] = [:]
        /// Arguments of the terminal's, for example a board file.
        public var terminal: [String] = []
        /// Its environment, besides the rig's.
        public var environment: [String] = []
        /// A touch panel whose fingers move by themselves, from the terminal's start on.
        public var panel: RecordedPanel?
        /// The TPM's log has every byte of its bus.
        public var logsBus = false
        public init() {}
    }

    static let environment = [
        "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/nonexistent", "LANG=C.UTF-8", "TSS2_LOG=all+NONE",
    ]
    public static let terminalName = "T-1000"
    public static let userName = "alice"

    public let options: Options
    public let temporary: TemporaryFolder
    public var folder: String { temporary.path }
    private(set) var tpm: SoftwareTPM?
    private var server: ChildProcess?
    /// The bank.
    public private(set) var issuer: Issuer?
    private var terminal: ChildProcess?
    public private(set) var relay: Relay?
    public private(set) var port: UInt16 = 0

    public var state: String { folder + "/server" }
    public var store: String { folder + "/store" }
    public var launchSocket: String { folder + "/launch.sock" }
    public var keypad: String { folder + "/keypad" }
    public var planeFile: String { folder + "/plane" }
    public var timelineFile: String { folder + "/timeline.jsonl" }
    public var lineTimes: String { folder + "/line.times" }
    public var serverLog: String { folder + "/server.log" }
    public var terminalLog: String { folder + "/terminal.log" }

    /// Makes keys, records and applications; starts the TPM and the server, not the terminal.
    public init(_ options: Options = Options()) throws {
        self.options = options
        temporary = try TemporaryFolder()
        tpm = try SoftwareTPM(manufactured: 0, folder: temporary.path + "/tpm", logsBus: options.logsBus)
        try makeRelease()
        try measure()
        try prepareServer()
        try trust()
        issuer = try openBank()
        try startServer()
        if options.isRelayed || options.isCaptured || options.isTimed {
            relay = try Relay(
                to: port, capture: options.isCaptured ? folder + "/capture" : nil,
                times: options.isTimed ? lineTimes : nil)
        }
        try enrol()
        guard unsafe mkfifo(keypad, 0o600) == 0 else { throw RigError.system(SystemCallError("mkfifo", errno)) }
    }

    deinit {
        // The programs go first, then what they use.
        terminal = nil
        relay = nil
        server = nil
        issuer = nil
        tpm = nil
    }

    /// What went over the TPM's bus until now; with the option `logsBus`.
    public func tpmBus() throws -> TPMBus {
        switch tpm {
        case .some(let tpm): try TPMBus(log: tpm.log)
        case .none: throw RigError.wrong("no TPM")
        }
    }

    public var tcti: String {
        switch tpm {
        case .some(let tpm): tpm.tcti
        case .none: ""
        }
    }

    // MARK: Preparation

    private func prepareServer() throws {
        try run("vitrinectl", ["init", "--state", state, "--host", "localhost"], in: folder)
        try run(
            "vitrinectl",
            ["user", "add", Self.userName, "--state", state, "--code", options.code], in: folder)
        try importApplication("wallet", programs: ["wallet"])
        try importApplication("calculator", programs: [])
        for name in options.applications { try importApplication(name, programs: []) }
        for name in options.fixtures { try importApplication(name, from: "Tests/Fixtures/Applications", programs: []) }
    }

    /// Puts an application's folder together (manifest, logo, programs) and imports it.
    public func importApplication(
        _ name: String, from folder: String = "Images/applications", programs: [String]
    ) throws {
        let source = "\(Programs.root)/\(folder)/\(name)"
        guard !programs.isEmpty else {
            try run("vitrinectl", ["app", "import", "--unsigned", source, "--state", state], in: self.folder)
            return
        }
        let target = "\(self.folder)/import-\(name)"
        try Files.makeFolder(target)
        for file in try Files.names(in: source) {
            try Files.replace("\(target)/\(file)", with: try Files.read("\(source)/\(file)", limit: 8 << 20))
        }
        for program in programs {
            try Files.replace(
                "\(target)/\(program)", with: try Files.read(try Programs.path(program), limit: 256 << 20), mode: 0o755)
        }
        try run("vitrinectl", ["app", "import", "--unsigned", target, "--state", state], in: self.folder)
    }

    // MARK: Programs

    /// Starts the server on a port of the kernel's choosing, or on the one it had before.
    public func startServer() throws {
        let ready = "\(folder)/server.ready"
        try Files.remove(ready)
        server = try spawn(
            "vitrine-server",
            [
                "--state", state, "--listen", "127.0.0.1:\(port)", "--cell-program", try Programs.path("vitrine-cell"),
                "--ready-file", ready, "--payment-host", "127.0.0.1:\(issuer?.port ?? 0)",
            ], log: serverLog)
        try wait(for: "the server", timeout: .seconds(20), log: { self.logs() }) {
            guard Files.exists(ready) else { return false }
            let text = String(decoding: try Files.read(ready, limit: 256), as: UTF8.self)
            guard let number = text.split(separator: ":").last?.split(separator: "\n").first, let port = UInt16(number)
            else { return false }
            self.port = port
            return true
        }
    }

    /// A bank with the account that the sealed store will have.
    private func openBank() throws -> Issuer {
        let bank = try Issuer(folder: folder + "/issuer")
        try bank.addAccount(
            options.account,
            [
                "expiry": "2912", "balance": options.balance, "identification-above": options.limit,
                "identification": "1815",
            ].merging(options.accountOptions) { _, new in new })
        try bank.start()
        return bank
    }

    /// Lets this rig's server listen where another one did.
    public func moveServer(to port: UInt16) throws {
        try stopServer()
        self.port = port
        try startServer()
    }

    public func startTerminal(_ more: [String] = []) throws {
        var timeline = TimelineReader(path: timelineFile)
        try timeline.refresh()
        let mark = timeline.events.count
        let plane = options.watched.map { "\($0),\(planeFile)" } ?? "memory:\(planeFile)"
        terminal = try spawn(
            "vitrine-terminal",
            [
                "--store", store, "--tcti", tcti, "--release", release, "--measurements", measurements,
                "--launch-socket", launchSocket, "--plane", plane, "--keypad",
                options.keypad ?? "script:\(keypad)", "--timeline", timelineFile, "--size",
                "\(options.size.width)x\(options.size.height)",
            ] + options.terminal + more, log: terminalLog, inheritInput: options.keypad == "tty",
            environment: options.environment, through: try options.panel?.player(in: folder) ?? [])
        try wait(for: "the home screen", log: { self.logs() }) {
            try timeline.refresh()
            return timeline.first("home", from: mark) != nil
        }
    }

    /// Ends a program with a signal and waits until it is gone.
    public func stopServer(_ signal: SignalNumber = .terminate) throws { try stop(&server, signal) }
    public func stopTerminal(_ signal: SignalNumber = .terminate) throws { try stop(&terminal, signal) }

    public var serverProcess: Int32? { process(of: server) }
    public var terminalProcess: Int32? { process(of: terminal) }

    private func process(of child: borrowing ChildProcess?) -> Int32? {
        switch child {
        case .some(let child): child.process
        case .none: nil
        }
    }

    /// Pulls the plug or shuts the machine down, and starts it again: the TPM loses its registers, and the boot measures.
    public func reboot(orderly: Bool = true) throws {
        try stopTerminal(orderly ? .terminate : .kill)
        try tpm?.restart(orderly: orderly)
        try measure()
    }

    private func stop(_ child: inout ChildProcess?, _ signal: SignalNumber) throws {
        guard var running = child.take() else { return }
        if signal == .kill { Glibc.kill(running.process, SIGKILL) } else { running.signal(signal.rawValue) }
        guard try running.wait(timeout: .seconds(10)) != nil else {
            throw RigError.timedOut(waitingFor: "a program to end", log: logs())
        }
    }

    private func spawn(
        _ name: String, _ arguments: [String], log: String, inheritInput: Bool = false, environment: [String] = [],
        through player: [String] = []
    ) throws -> ChildProcess {
        let path = try Programs.path(name)
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_APPEND)
        let nothing = try Files.open("/dev/null", flags: O_RDONLY)
        let words = player + [path] + arguments
        return try ChildProcess(
            words[0], arguments: words, environment: Self.environment + environment,
            descriptors: [(inheritInput ? 0 : nothing.raw, 0), (output.raw, 1), (output.raw, 2)],
            diesWithParent: false)
    }

    /// A log as far as it is written.
    public func text(of log: String) throws -> String {
        String(decoding: try Files.read(log, limit: 64 << 20), as: UTF8.self)
    }

    /// The ends of both logs, for error messages.
    public func logs() -> String {
        [serverLog, terminalLog, folder + "/issuer.log"].map { path in
            let text = (try? Files.read(path, limit: 64 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return "--- \(path)\n" + text.split(separator: "\n").suffix(40).joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
