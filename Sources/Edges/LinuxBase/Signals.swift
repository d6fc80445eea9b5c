internal import CLinux
internal import Glibc

/// Signals as readable events.
public enum Signals {
    /// Blocks `numbers` for this thread and the threads it starts from here on, and returns a non-blocking descriptor
    /// that is readable when one arrives. Call it before any other thread exists.
    public static func descriptor(for numbers: [Int32]) throws(SystemCallError) -> Descriptor {
        let fd = unsafe CLinux_signalfd(numbers, numbers.count)
        guard fd >= 0 else { throw SystemCallError("signalfd", -fd) }
        return Descriptor(owning: fd)
    }

    /// A write to a closed pipe is then an error code, not the end of the process.
    public static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}

/// What a process gives up.
public enum Process {
    /// No core dump, no ptrace by equals: memory of this process holds secrets.
    public static func keepMemoryPrivate() throws(SystemCallError) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0 else {
            throw .last("setrlimit(RLIMIT_CORE)")
        }
        let code = CLinux_set_not_dumpable()
        guard code == 0 else { throw SystemCallError("prctl(PR_SET_DUMPABLE)", -code) }
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
