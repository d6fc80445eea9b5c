internal import Glibc
public import LinuxBase
internal import Measurements
internal import Synchronization

/// A real `swtpm` with its state in a folder; stopped, by its own pid, when the value ends.
public struct SoftwareTPM: ~Copyable {
    private let folder: String
    private let logsBus: Bool
    private var child: ChildProcess?

    /// Starts a TPM with the state in `folder`, new if there is none. With `logsBus` every byte in either direction is
    /// written to the log, in hexadecimal.
    public init(folder: String, logsBus: Bool = false) throws(SystemCallError) {
        self.folder = folder
        self.logsBus = logsBus
        try Files.makeFolder(folder + "/state")
        child = try Self.start(folder, logsBus)
    }

    /// Starts a TPM as its maker delivers it, with an endorsement key (P-384) and its certificate: see
    /// `TPMMaker.roots`. One `number` is one individual, as long as this process lives.
    public init(manufactured number: Int, folder: String, logsBus: Bool = false) throws {
        try Files.makeFolder(folder + "/state")
        for (name, bytes) in try TPMMaker.state(of: number) {
            try Files.replace("\(folder)/state/\(name)", with: bytes)
        }
        try self.init(folder: folder, logsBus: logsBus)
    }

    public var log: String { folder + "/swtpm.log" }

    public var tcti: String { "swtpm:path=\(folder)/swtpm.sock" }

    /// The pid of the running swtpm.
    public var process: Int32? {
        switch child {
        case .some(let child): child.process
        case .none: nil
        }
    }

    /// What a reboot is to a TPM: loses all that is not persistent. `orderly`: false pulls the plug.
    public mutating func restart(orderly: Bool = true) throws(SystemCallError) {
        try stop(orderly: orderly)
        child = try Self.start(folder, logsBus)
    }

    public mutating func stop(orderly: Bool = true) throws(SystemCallError) {
        guard var running = child.take() else { return }
        running.signal(orderly ? SIGTERM : SIGKILL)
        _ = try running.wait(timeout: .seconds(5))
    }

    private static func start(_ folder: String, _ logsBus: Bool) throws(SystemCallError) -> ChildProcess {
        let socket = "\(folder)/swtpm.sock"
        try Files.remove(socket)
        try Files.remove(socket + ".ctrl")
        let nothing = try Files.open("/dev/null", flags: O_RDWR)
        let log = try Files.open("\(folder)/swtpm.log", flags: O_WRONLY | O_CREAT | O_APPEND)
        // Not tied to the calling thread: threads of a test runner come and go.
        var child = try ChildProcess(
            "/usr/bin/swtpm",
            arguments: [
                "swtpm", "socket", "--tpm2", "--tpmstate", "dir=\(folder)/state",
                "--server", "type=unixio,path=\(socket)", "--ctrl", "type=unixio,path=\(socket).ctrl",
                "--flags", "not-need-init,startup-clear", "--log", "file=\(folder)/swtpm.log,level=\(logsBus ? 20 : 1)",
            ],
            environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(nothing.raw, 0), (log.raw, 1), (log.raw, 2)], diesWithParent: false)
        let deadline = Clock.now() + .seconds(10)
        while !isListening(socket) {
            if let status = try child.statusIfEnded() {
                throw SystemCallError("swtpm (\(status)), see its log", ECHILD)
            }
            guard Clock.now() < deadline else { throw SystemCallError("swtpm listening", ETIMEDOUT) }
            Clock.sleep(.milliseconds(2))
        }
        return child
    }

    /// The socket file appears with bind(2), a moment before listen(2). A connection would be taken for the one client.
    private static func isListening(_ path: String) -> Bool {
        // Flags (4th word) 00010000 in /proc/net/unix: __SO_ACCEPTCON.
        guard let table = try? Files.read("/proc/net/unix", limit: 1 << 20) else { return false }  // Tried again.
        return String(decoding: table, as: UTF8.self).split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.count > 7 && words[3] == "00010000" && words[7] == path
        }
    }
}

/// A maker of TPMs: `swtpm_setup` with a certificate authority of its own, which lives as long as this process. A TPM
/// takes two seconds, once; then it is copied.
public enum TPMMaker {
    private struct Workshop {
        var authority: [String: [UInt8]] = [:]
        var states: [Int: [String: [UInt8]]] = [:]
    }
    private static let workshop = Mutex(Workshop())

    /// The maker's certificates, PEM: the root's, then the issuer's.
    public static func roots() throws -> (root: [UInt8], issuer: [UInt8]) {
        _ = try state(of: 0)
        return try workshop.withLock {
            guard let root = $0.authority["swtpm-localca-rootca-cert.pem"], let issuer = $0.authority["issuercert.pem"]
            else { throw RigError.wrong("swtpm_localca made no certificates") }
            return (root, issuer)
        }
    }

    fileprivate static func state(of number: Int) throws -> [String: [UInt8]] {
        try workshop.withLock { workshop in
            if let state = workshop.states[number] { return state }
            let folder = try TemporaryFolder()
            try Files.makeFolder(folder.path + "/state")
            try Files.makeFolder(folder.path + "/authority")
            for (name, bytes) in workshop.authority {
                try Files.replace("\(folder.path)/authority/\(name)", with: bytes)
            }
            try manufacture(number, in: folder.path)
            workshop.authority = try contents(of: folder.path + "/authority")
            let state = try contents(of: folder.path + "/state")
            workshop.states[number] = state
            return state
        }
    }

    private static func manufacture(_ number: Int, in folder: String) throws {
        let authority = folder + "/authority"
        let settings = [
            "localca.conf": """
            statedir = \(authority)
            signingkey = \(authority)/signkey.pem
            issuercert = \(authority)/issuercert.pem
            certserial = \(authority)/certserial

            """,
            "localca.options": "--platform-manufacturer Example\n--platform-version 1.0\n--platform-model terminal\n",
            "setup.conf": """
            create_certs_tool = /usr/bin/swtpm_localca
            create_certs_tool_config = \(folder)/localca.conf
            create_certs_tool_options = \(folder)/localca.options
            active_pcr_banks = sha256

            """,
        ]
        for (name, text) in settings { try Files.replace("\(folder)/\(name)", with: Array(text.utf8)) }
        try run(
            try Programs.tool("swtpm_setup"),
            [
                "--tpm2", "--tpmstate", folder + "/state", "--config", folder + "/setup.conf", "--create-ek-cert",
                "--create-platform-cert", "--pcr-banks", "sha256", "--overwrite", "--lock-nvram", "--vmid",
                "terminal-\(number)", "--log", folder + "/setup.log",
            ], in: folder)
    }

    private static func contents(of folder: String) throws -> [String: [UInt8]] {
        try Files.names(in: folder).reduce(into: [:]) { $0[$1] = try Files.read("\(folder)/\($1)", limit: 1 << 20) }
    }
}
