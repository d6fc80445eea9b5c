// Rig: the whole system on one machine, with real parts, for tests, the demo and the bench: a software TPM, a server, a
// terminal with a memory plane, applications in cells. Everything listens on loopback or Unix sockets, lives in one
// temporary folder, and is stopped by its own pid.

public import LinuxBase
internal import Glibc
internal import Measurements

/// Where the built programs and the project's files are.
public enum Programs {
    /// The folder of the running executable: SwiftPM puts all programs and the test runner there.
    public static let folder = Files.parent(of: Process.executablePath() ?? "/proc/self/exe")

    /// The project's root, from this file's place in it.
    public static let root = Files.parent(of: Files.parent(of: Files.parent(of: #filePath)))

    public static func path(_ name: String) throws(RigError) -> String {
        let path = folder + "/" + name
        guard Files.exists(path) else { throw .missingProgram(path) }
        return path
    }

    /// The first folder of PATH that has `name`.
    public static func tool(_ name: String) throws(RigError) -> String {
        for folder in ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"] {
            if Files.exists(folder + "/" + name) { return folder + "/" + name }
        }
        throw .missingProgram(name)
    }
}

public enum RigError: Error, CustomStringConvertible {
    case missingProgram(String)
    case failed(command: String, status: ExitStatus?, output: String)
    case timedOut(waitingFor: String, log: String)
    case system(SystemCallError)
    case wrong(String)

    public var description: String {
        switch self {
        case .missingProgram(let path): "\(path) is missing: make build"
        case .failed(let command, let status, let output):
            "\(command) ended with \(status?.description ?? "no status")\n\(output)"
        case .timedOut(let what, let log): "timed out waiting for \(what)\n\(log)"
        case .system(let error): error.description
        case .wrong(let what): what
        }
    }
}

/// Runs a command to its end and gives back what it printed.
@discardableResult
public func run(
    _ program: String, _ arguments: [String], in folder: String, expecting expected: Int32? = 0,
    timeout: Duration = .seconds(60), input: String = "/dev/null"
) throws -> (status: Int32, output: String) {
    let path = program.hasPrefix("/") ? program : try Programs.path(program)
    let name = String(program.split(separator: "/").last ?? "command")
    let log = "\(folder)/\(name)-\(try Random.bytes(4).map { String($0, radix: 16) }.joined()).out"
    let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_TRUNC)
    let nothing = try Files.open(input, flags: O_RDONLY)
    var child = try ChildProcess(
        path, arguments: [path] + arguments, environment: Rig.environment,
        descriptors: [(nothing.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
    let status = try child.wait(timeout: timeout)
    let text = String(decoding: try Files.read(log, limit: 4 << 20), as: UTF8.self)
    try Files.remove(log)
    guard case .exited(let code)? = status, expected == nil || code == expected else {
        throw RigError.failed(command: ([program] + arguments).joined(separator: " "), status: status, output: text)
    }
    return (code, text)
}

/// Waits until `condition` holds, looking every millisecond.
public func wait(
    for what: String, timeout: Duration = .seconds(10), log: () -> String = { "" }, until condition: () throws -> Bool
) throws {
    let deadline = Clock.now() + timeout
    while try !condition() {
        guard Clock.now() < deadline else { throw RigError.timedOut(waitingFor: what, log: log()) }
        Clock.sleep(.milliseconds(1))
    }
}
