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
}
