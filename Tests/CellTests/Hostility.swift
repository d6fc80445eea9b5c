import LinuxBase

/// One hostile act of an application, in Python. It ends with a value where it got what it wanted, with an exception or
/// not at all where it did not. Names in capitals are the scene's.
struct Hostility: CustomStringConvertible, Sendable {
    let name: String
    let script: String
    let control: Control
    var description: String { name }

    /// Whose act it is where nothing holds it.
    enum Control: Equatable, Sendable {
        case anybody
        /// It shows nothing on a machine whose tests have no root.
        case root
        /// Kernels differ: it may be left out or closed on this one.
        case ifKernelHasIt
    }

    init(_ name: String, _ script: String, _ control: Control = .anybody) {
        self.name = name
        self.script = script
        self.control = control
    }

    /// In front of every script. What is tried comes as an expression; what came of it is reported.
    static let prelude = """
        import errno, fcntl, mmap, resource, stat, struct
        GROUPS = ["/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/pids/cgroup.procs"]
        libc = ctypes.CDLL(None, use_errno=True)
        libc.mmap.restype = libc.shmat.restype = ctypes.c_void_p
        def call(*words):
            answer = libc.syscall(*words)
            if answer < 0: raise OSError(ctypes.get_errno(), "call")
            return answer
        def read(path):
            with open(path, "rb") as file: return file.read(1000)
        def found(data):
            if b"the neighbour's secret" not in data: raise ValueError("not there")
            return "secret"
        def connect(family, kind, address):
            s = socket.socket(family, kind)
            s.connect(address)
            s.send(b"hostile")
            return "connected"

        """

    static let all = files + processes + sockets + memory + kernel + privileges

    private static let files = [
        Hostility("another's file by its name", "found(read('SECRET'))"),
        Hostility(
            "a link to another's file", "(os.symlink('SECRET', '/tmp/link-TOKEN'), found(read('/tmp/link-TOKEN')))[1]"),
        Hostility("another's file through its process", "found(read('/proc/VICTIM/root' + 'SECRET'))"),
        Hostility("a file where the server keeps its own", "open('FOLDER/planted', 'w').write('x')"),
        Hostility("the machine's accounts", "read('/etc/shadow')", .root),
        Hostility("its own program, for those who come after", "open('PROGRAM', 'a').write('#')", .root),
        Hostility("a file of another cell", "found(read('/proc/CELL/root/tmp/canary'))"),
        Hostility("another cell's log", "os.readlink('/proc/CELL/fd/1')"),
        Hostility("the kernel's settings", "open('/proc/sys/kernel/domainname', 'w').write('(none)')", .root),
        Hostility(
            "descriptors that were left open",
            "next(fd for fd in range(4, 64) if os.path.exists(f'/proc/self/fd/{fd}'))"),
    ]

    private static let processes = [
        Hostility("to see another process", "os.kill(VICTIM, 0)"),
        Hostility("to kill another process", "os.kill(VICTIM, 10)"),
        Hostility("to trace another process", "call(101, 0x4206, VICTIM, 0, 0)", .root),
        Hostility("to hold another process", "call(434, VICTIM, 0)"),
        Hostility("to see another cell's process", "os.kill(CELL, 0)"),
        Hostility("another process's arguments", "found(read('/proc/VICTIM/cmdline'))"),
        Hostility("to run before all others", "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))", .root),
        Hostility("a better place in the queue", "os.nice(-5)", .root),
        Hostility(
            "out of its control group",
            "next(open(p, 'w').write(str(os.getpid())) for p in GROUPS if os.path.exists(p))", .root),
    ]

    private static let sockets = [
        Hostility("a service on the machine, TCP", "connect(socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', PORT))"),
        Hostility("a service on the machine, UDP", "connect(socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', PORT))"),
        Hostility("a service by its path", "connect(socket.AF_UNIX, socket.SOCK_STREAM, 'FOLDER/listener')"),
        Hostility("a service by its abstract name", "connect(socket.AF_UNIX, socket.SOCK_STREAM, '\\0vitrine-TOKEN')"),
        Hostility(
            "another cell's screen",
            "connect(socket.AF_UNIX, socket.SOCK_STREAM, '/proc/CELL/root/run/vitrine/rfb.sock')"),
        Hostility("raw packets", "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", .root),
        Hostility("every packet", "socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)", .root),
        Hostility("the kernel's network settings", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)"),
    ]

    private static let memory = [
        Hostility(
            "shared memory, System V", "found(ctypes.string_at(libc.shmat(call(29, KEY, 0, 0o400), 0, 0o10000), 100))"),
        Hostility("shared memory, POSIX", "found(read('/dev/shm/vitrine-TOKEN'))"),
        Hostility("a message queue", "call(68, KEY, 0o600)"),
        Hostility("semaphores", "call(64, KEY, 1, 0o600)"),
        Hostility("the kernel's keys", "call(248, b'user', b'TOKEN', b'x', 1, -2)", .ifKernelHasIt),
        Hostility("faults handled by itself", "call(323, 1)", .ifKernelHasIt),
    ]

    private static let kernel = [
        Hostility(
            "a file system of its own",
            "call(165, b'none', b'FOLDER/place', b'tmpfs', 0, 0) or call(166, b'FOLDER/place', 2)", .root),
        Hostility("namespaces of its own", "call(272, 0x10000000)", .ifKernelHasIt),
        Hostility("another root", "os.chroot('/tmp')", .root),
        Hostility("a device of its own", "os.mknod('FOLDER/device', stat.S_IFBLK | 0o600, os.makedev(7, 0))", .root),
        Hostility(
            "a program in the kernel", "call(321, 0, struct.pack('IIII', 2, 4, 4, 1) + bytes(100), 116)", .ifKernelHasIt
        ),
        Hostility(
            "the machine's counters", "call(298, struct.pack('IIQ', 1, 64, 1) + bytes(100), 0, -1, -1, 0)",
            .ifKernelHasIt),
        Hostility("calls by a ring", "call(425, 1, ctypes.create_string_buffer(200))", .ifKernelHasIt),
        Hostility("the kernel's log", "call(103, 10, 0, 0)", .root),
        Hostility("the clock", "call(305, 0, ctypes.create_string_buffer(208))"),
        Hostility("the machine's name", "call(170, os.uname().nodename.encode(), len(os.uname().nodename))", .root),
        Hostility("another personality", "call(135, 0x0400000)"),
    ]

    private static let privileges = [
        Hostility("to be root", "os.setresuid(0, 0, 0)", .root),
        Hostility("to be somebody else", "os.setresuid(65534, 65534, 65534)", .root),
        Hostility("more files than it may have", "resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))"),
        Hostility("more memory than it may have", "len(mmap.mmap(-1, 600 << 20))"),
        Hostility(
            "a longer file than it may have",
            "os.posix_fallocate(os.open('/tmp/long-TOKEN', os.O_CREAT | os.O_RDWR), 0, 100 << 20)"),
    ]
}
