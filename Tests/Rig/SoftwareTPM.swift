internal import Glibc
public import LinuxBase
internal import Measurements

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
