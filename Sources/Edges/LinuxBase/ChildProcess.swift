internal import CLinux
internal import Glibc

/// How a process ended.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)
    public var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(let number): "signal \(number)"
        }
    }
}

/// A child process. Dropping the value kills its process group and waits for it: nothing is left running by accident.
public struct ChildProcess: ~Copyable, Sendable {
    public let process: Int32
    /// Readable when the process has ended.
    public let ended: Descriptor
    private var status: ExitStatus?

    /// Starts `path` with `arguments` (the first is the program's own name) and exactly `environment`.
    /// `descriptors` maps numbers of this process to numbers of the child (0…63); all others from 3 up are closed.
    /// The child leads its own process group. With `diesWithParent` it is killed when the calling *thread* ends: spawn
    /// such children from threads that live as long as the process.
    public init(
        _ path: String, arguments: [String], environment: [String] = [],
        descriptors: [(from: Int32, to: Int32)] = [], diesWithParent: Bool = true
    ) throws(SystemCallError) {
        let map = descriptors.map { CLinux_descriptor(from: $0.from, to: $0.to) }
        let pid = unsafe withCStrings(arguments) { argv in
            unsafe withCStrings(environment) { envp in
                unsafe CLinux_spawn(path, argv, envp, map, map.count, diesWithParent ? 1 : 0)
            }
        }
        guard pid > 0 else { throw SystemCallError("exec(\(path))", -pid) }
        let watch = CLinux_pidfd_open(pid)
        guard watch >= 0 else {
            kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
            throw SystemCallError("pidfd_open", -watch)
        }
        process = pid
        ended = Descriptor(owning: watch)
    }

    deinit {
        guard status == nil else { return }
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
        while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }

    /// Sends a signal to the child's whole process group; a child that has ended already is fine.
    public borrowing func signal(_ number: Int32) {
        guard status == nil else { return }
        if kill(-process, number) != 0 { kill(process, number) }
    }

    /// The status if the child has ended by now.
    public mutating func statusIfEnded() throws(SystemCallError) -> ExitStatus? { try collect(WNOHANG) }

    /// Waits for the end; nil when `timeout` passes first (nil waits for ever).
    public mutating func wait(timeout: Duration? = nil) throws(SystemCallError) -> ExitStatus? {
        if let status { return status }
        guard try !Poll.wait(for: ended.raw, events: .readable, timeout: timeout).isEmpty else { return nil }
        return try collect(0)
    }

    /// Asks with SIGTERM, insists with SIGKILL after `grace`, and returns how it ended.
    public consuming func stop(grace: Duration) throws(SystemCallError) -> ExitStatus {
        signal(SIGTERM)
        if let status = try wait(timeout: grace) { return status }
        signal(SIGKILL)
        return try wait() ?? .signalled(SIGKILL)
    }

    private mutating func collect(_ flags: Int32) throws(SystemCallError) -> ExitStatus? {
        if let status { return status }
        var word: Int32 = 0
        while true {
            let n = unsafe waitpid(process, &word, flags)
            if n == process { break }
            if n == 0 { return nil }
            let code = errno
            guard code == EINTR else { throw SystemCallError("waitpid", code) }
        }
        // WIFEXITED and its kin are macros.
        let low = word & 0x7f
        let result: ExitStatus = low == 0 ? .exited((word >> 8) & 0xff) : .signalled(low)
        status = result
        return result
    }
}

/// Lends a NULL-terminated array of C strings.
private func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R
) -> R {
    var pointers = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
    return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
}
