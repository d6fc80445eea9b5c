/// A row of the table: one hostile act, what it does where nothing holds it, and what becomes of it in the cage.
struct Act: CustomStringConvertible, Sendable {
    enum Control: Equatable, Sendable {
        /// It does what it wants, and this is seen outside. Where nothing is to be seen, the kernel may lack the call.
        case succeeds(Set<Scene.Effect>)
        /// It needs a privilege, a device or a kernel option that this machine may lack: the call is made, the process
        /// lives on.
        case returns
        /// The same, but where the kernel was built without it, the instruction is a fault.
        case returnsOrFaults
        /// The process becomes another program, which ends well.
        case becomesAnother(Set<Scene.Effect>)
    }

    enum Caged: Equatable, Sendable {
        /// By SIGSYS; by its own fault where the control faults.
        case killed
        /// It lives, and the call failed with this errno.
        case fails(UInt32)
    }

    let words: String
    let control: Control
    let caged: Caged
    var description: String { words }

    init(_ words: String, _ control: Control = .succeeds([]), caged: Caged = .killed) {
        self.words = words
        self.control = control
        self.caged = caged
    }

    private static let notPermitted: UInt32 = 1
    private static let noMemory: UInt32 = 12
    private static let probeAnswer: UInt32 = 76

    /// The TPM, an input device, a device at all.
    static let devices: [Act] = [
        "/dev/tpm0", "/dev/tpmrm0", "/dev/input/event0", "/dev/dri/card0", "/dev/fb0", "/dev/mem", "/dev/null",
    ].map { Act("open-device \($0)", .returns) }

    static let all: [Act] = [
        // A file.
        Act("read-file SECRET"), Act("read-file /etc/passwd"), Act("open-path SECRET"), Act("stat-file SECRET"),
        Act("create-file NEW", .succeeds([.fileMade])), Act("make-folder NEW", .succeeds([.fileMade])),
        Act("remove-file SECRET", .succeeds([.secretMoved])), Act("rename-file SECRET", .succeeds([.secretMoved])),
        Act("memfd"), Act("pipe"), Act("inotify"), Act("eventfd"),
        // A socket.
        Act("connect-tcp TCP", .succeeds([.connectedByTCP])), Act("connect-unix UNIX", .succeeds([.connectedByPath])),
        Act("socketpair"),
        // A descriptor.
        Act("dup"), Act("dup3"), Act("fcntl-dup"), Act("recvmsg"), Act("sendmsg"), Act("ioctl"),
        // Another process.
        Act("execve NEW", .becomesAnother([.fileMade])), Act("fork"), Act("vfork"), Act("clone3"), Act("thread"),
        Act("ptrace VICTIM"), Act("process-vm-readv PLACE"), Act("kill VICTIM", .succeeds([.victimDead])),
        Act("pidfd-open VICTIM"), Act("pidfd-getfd VICTIM"), Act("getppid PARENT", caged: .fails(probeAnswer)),
        // Memory.
        Act("mmap-code"), Act("mprotect-code"), Act("mmap-shared"), Act("mmap-socket"), Act("mremap-over"),
        Act("mlock", .returns), Act("mmap-locked", .returns, caged: .fails(notPermitted)), Act("shmget"),
        Act("shmat"), Act("take-memory 4096", caged: .fails(noMemory)),
        Act("grow-heap 4096", .returns, caged: .fails(noMemory)),
        // The kernel.
        Act("userfaultfd", .returns), Act("io-uring", .returns), Act("bpf", .returns), Act("keyctl", .returns),
        Act("add-key", .returns), Act("perf-event", .returns), Act("prctl-name"), Act("prctl-parent"),
        Act("setrlimit"), Act("prlimit"), Act("personality"), Act("unshare", .returns), Act("setuid"),
        Act("seccomp"), Act("landlock", .returns), Act("affinity"), Act("unknown-call", .returns),
        Act("int80", .returnsOrFaults),
        Act("x32", .returns), Act("futex-requeue"),
        // Time.
        Act("ignore-sigterm"), Act("block-signals"), Act("alarm"), Act("timer"), Act("nanosleep"),
        Act("setpriority"), Act("sched-yield"),
    ]
}
