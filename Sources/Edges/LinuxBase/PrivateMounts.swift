internal import CLinux

/// Mounts that only this process and its children see.
public enum PrivateMounts {
    /// From here on no mount of this process reaches the host. Needs CAP_SYS_ADMIN.
    public static func begin() throws(SystemCallError) {
        let code = CLinux_private_mounts()
        guard code == 0 else { throw SystemCallError("unshare(CLONE_NEWNS)", -code) }
    }

    /// An empty folder in memory over `target`, passable for everybody.
    public static func memory(_ target: String, bytes: Int) throws(SystemCallError) {
        let code = unsafe CLinux_mount_memory(target, "mode=755,size=\(bytes)")
        guard code == 0 else { throw SystemCallError("mount(\(target))", -code) }
    }

    public static func bind(_ source: String, onto target: String) throws(SystemCallError) {
        let code = unsafe CLinux_mount_bind(source, target)
        guard code == 0 else { throw SystemCallError("mount(\(source))", -code) }
    }
}
