internal import CLinux
internal import Glibc

extension Process {
    /// Gives up root for a plain user and proves that there is no way back. The kernel forgets `dieWithParent`.
    public static func become(user: UInt32, group: UInt32) throws(SystemCallError) {
        let code = CLinux_become(user, group)
        guard code == 0 else { throw SystemCallError("setresuid(\(user))", -code) }
    }

    /// SIGKILL for this process when the thread that started it ends. `parent` is that thread's process: when it has ended
    /// already, ESRCH is thrown.
    public static func dieWithParent(_ parent: Int32) throws(SystemCallError) {
        let code = CLinux_die_with_parent()
        guard code == 0 else { throw SystemCallError("prctl(PR_SET_PDEATHSIG)", -code) }
        guard getppid() == parent else { throw SystemCallError("getppid", ESRCH) }
    }

    public static var parentNumber: Int32 { getppid() }

    /// Gives up every capability, also those that root would have. Its own threads keep theirs: call it before there are any.
    public static func dropCapabilities() throws(SystemCallError) {
        let code = CLinux_drop_capabilities()
        guard code == 0 else { throw SystemCallError("capset", -code) }
    }

    /// Any capability is left, in whatever set.
    public static func hasCapabilities() throws(SystemCallError) -> Bool {
        let answer = CLinux_has_capabilities()
        guard answer >= 0 else { throw SystemCallError("capget", -answer) }
        return answer != 0
    }

    /// `forbidNewPrivileges` is in force.
    public static var mayGainPrivileges: Bool { CLinux_no_new_privileges() != 1 }

    /// Bytes of address space in use (proc(5), statm).
    public static func addressSpaceBytes() throws(SystemCallError) -> Int {
        let file = try Files.open("/proc/self/statm", flags: O_RDONLY)
        var buffer = [UInt8](repeating: 0, count: 256)
        guard case .bytes(let count) = try file.read(into: &buffer),
            let pages = Int(String(decoding: buffer[..<count].prefix { $0 != 0x20 }, as: UTF8.self))
        else { throw SystemCallError("/proc/self/statm", EINVAL) }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// When memory runs out on the whole machine, this process is the first that the kernel ends.
    public static func endFirstWhenMemoryRunsOut() throws(SystemCallError) {
        try Files.open("/proc/self/oom_score_adj", flags: O_WRONLY).writeAll(Array("1000".utf8))
    }
}
