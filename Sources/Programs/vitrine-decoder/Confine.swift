internal import Confinement
internal import LinuxBase

/// From a normal process to one that can compute, answer on descriptor 3, and nothing else. Read from top to bottom; the
/// codec is open and the buffers are mapped before.
enum Confine {
    /// Room for libavcodec, its libraries and the largest buffers; a stream that makes the codec grow beyond it fails.
    private static let addressSpace: UInt64 = 1 << 30

    private static let calls = [
        // The terminal's socket.
        "read", "write",
        // Memory for the codec; mmap is below.
        "munmap", "mremap", "brk", "madvise",
        // Locks and one-time initialisation of the Swift runtime, its hash seed, the clock where it has no vDSO.
        "futex", "getrandom", "clock_gettime",
        // Signals that were on their way, and the end.
        "rt_sigreturn", "restart_syscall", "exit", "exit_group",
    ]

    static func enter() throws {
        // The buffers stay mapped without their descriptors. Standard output and error go too: nothing is printed.
        try Process.closeDescriptors(from: 4)
        for number in 0..<3 { _ = Descriptor(owning: Int32(number)) }
        try ResourceLimits(
            addressSpaceBytes: addressSpace, processes: 0, openFiles: 0, fileBytes: 0, noCoreDumps: true
        ).apply()
        // Before the filter, which does not let prctl through.
        try Process.forbidNewPrivileges()
        // Anonymous memory yes, executable memory no: bit 2 of the third argument is PROT_EXEC.
        try SeccompFilter(
            default: .killProcess, rules: [(.allow, calls)],
            argumentRules: [.init(action: .allow, call: "mmap", argument: 2, mask: 4, value: 0)]
        ).load()
    }
}
