internal import CLinux
internal import Glibc

/// The signals that programs here are sent on purpose.
public enum SignalNumber: Int32, Sendable {
    case interrupt = 2
    case kill = 9
    case user1 = 10
    case terminate = 15
}

/// Signals as readable events.
public enum Signals {
    /// Blocks `numbers` for this thread and the threads it starts from here on, and returns a non-blocking descriptor
    /// that is readable when one arrives. Call it before any other thread exists.
    public static func descriptor(for numbers: [SignalNumber]) throws(SystemCallError) -> Descriptor {
        let raw = numbers.map(\.rawValue)
        let fd = unsafe CLinux_signalfd(raw, raw.count)
        guard fd >= 0 else { throw SystemCallError("signalfd", -fd) }
        return Descriptor(owning: fd)
    }

    /// The signals that have arrived at such a descriptor since the last call.
    public static func take(from descriptor: borrowing Descriptor) -> [SignalNumber] {
        // struct signalfd_siginfo: 128 bytes, the number is the first 32 bits.
        var buffer = [UInt8](repeating: 0, count: 128 * 8)
        guard case .bytes(let count)? = try? descriptor.read(into: &buffer) else { return [] }  // Nothing has arrived.
        return stride(from: 0, to: count - 127, by: 128).compactMap { offset in
            let word = buffer[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | Int32($1) }
            return SignalNumber(rawValue: word)
        }
    }

    /// A write to a closed pipe is then an error code, not the end of the process.
    public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}

/// What a process gives up.
public enum Process {
    /// No core dump, no ptrace by equals, and no backtrace by Swift's runtime, which would print registers and memory into
    /// the log: memory of this process holds secrets. Call it before there are other threads.
    public static func keepMemoryPrivate() throws(SystemCallError) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw .last("setrlimit(RLIMIT_CORE)")
        }
        let code = CLinux_set_not_dumpable()
        guard code == 0 else { throw SystemCallError("prctl(PR_SET_DUMPABLE)", -code) }
        for fault in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { _ = signal(fault, SIG_DFL) }
    }

    public static func forbidNewPrivileges() throws(SystemCallError) {
        let code = CLinux_set_no_new_privileges()
        guard code == 0 else { throw SystemCallError("prctl(PR_SET_NO_NEW_PRIVS)", -code) }
    }

    /// Closes every descriptor from `first` up.
    public static func closeDescriptors(from first: Int32) throws(SystemCallError) {
        let code = CLinux_close_from(first)
        guard code == 0 else { throw SystemCallError("close_range", -code) }
    }

    /// The path of the running executable.
    public static func executablePath() -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let n = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard n > 0 else { return nil }
        return String(decoding: buffer[..<n].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
