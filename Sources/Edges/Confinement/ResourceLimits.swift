internal import Glibc
import LinuxBase

/// rlimits: they hold for the calling process and whatever it starts or becomes. nil leaves a limit as it is.
public struct ResourceLimits: Equatable, Sendable {
    /// Address space of each process, bytes.
    public var addressSpaceBytes: UInt64?
    /// Memory of each process that is its own and can be written, bytes.
    public var dataBytes: UInt64?
    /// Processor seconds of each process; then SIGXCPU.
    public var cpuSeconds: UInt64?
    /// Processes and threads of this user. Counted for each user namespace (Linux 5.14 on), so set it inside the cell's
    /// namespace: set outside, every other process of the same user would count.
    public var processes: UInt64?
    public var openFiles: UInt64?
    /// Longest file, bytes; then SIGXFSZ.
    public var fileBytes: UInt64?
    /// Memory that may be kept from being swapped, bytes.
    public var lockedBytes: UInt64?
    /// Core dumps are forbidden when true.
    public var noCoreDumps: Bool

    public init(
        addressSpaceBytes: UInt64? = nil, dataBytes: UInt64? = nil, cpuSeconds: UInt64? = nil, processes: UInt64? = nil,
        openFiles: UInt64? = nil, fileBytes: UInt64? = nil, lockedBytes: UInt64? = nil, noCoreDumps: Bool = true
    ) {
        self.addressSpaceBytes = addressSpaceBytes
        self.dataBytes = dataBytes
        self.cpuSeconds = cpuSeconds
        self.processes = processes
        self.openFiles = openFiles
        self.fileBytes = fileBytes
        self.lockedBytes = lockedBytes
        self.noCoreDumps = noCoreDumps
    }

    /// Sets soft and hard limits, never above the hard limits that are there already, and reads them back.
    public func apply() throws(ConfinementError) {
        try Self.set("address space", RLIMIT_AS, addressSpaceBytes)
        try Self.set("data", RLIMIT_DATA, dataBytes)
        try Self.set("processor time", RLIMIT_CPU, cpuSeconds)
        try Self.set("processes", __RLIMIT_NPROC, processes)  // RLIMIT_NPROC is a macro for it.
        try Self.set("open files", RLIMIT_NOFILE, openFiles)
        try Self.set("file size", RLIMIT_FSIZE, fileBytes)
        try Self.set("locked memory", __RLIMIT_MEMLOCK, lockedBytes)
        try Self.set("core dumps", RLIMIT_CORE, noCoreDumps ? 0 : nil)
    }

    private static func set(
        _ name: String, _ resource: __rlimit_resource, _ value: UInt64?
    ) throws(ConfinementError) {
        guard let value else { return }
        let which = __rlimit_resource_t(resource.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(which, &limit) == 0 else { throw .limit(name, SystemCallError("getrlimit", errno)) }
        let bounded = min(rlim_t(value), limit.rlim_max)
        limit = rlimit(rlim_cur: bounded, rlim_max: bounded)
        guard unsafe setrlimit(which, &limit) == 0 else { throw .limit(name, SystemCallError("setrlimit", errno)) }
        // Not what was asked for, in case the answer never comes.
        var seen = rlimit(rlim_cur: ~bounded, rlim_max: ~bounded)
        guard unsafe getrlimit(which, &seen) == 0, seen.rlim_cur == bounded, seen.rlim_max == bounded else {
            throw .limit(name, SystemCallError("setrlimit, which did nothing", 0))
        }
    }
}
