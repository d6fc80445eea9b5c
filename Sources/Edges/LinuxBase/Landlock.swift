internal import CLinux
internal import Glibc

/// The kernel's own wall around a thread (landlock(7)): what it handles and no rule allows is refused from then on, whatever
/// else the thread may do. Descriptors that are open already keep working.
public enum Landlock {
    /// What can be forbidden, each with the version of the interface that brought it (linux/landlock.h).
    private static let files: [(version: Int, mask: UInt64)] = [
        (1, 0x1FFF),  // execute, write, read, list, remove, make anything
        (2, 1 << 13),  // rename or link into another folder
        (3, 1 << 14),  // truncate
        (5, 1 << 15),  // ioctl on devices opened from now on
        (9, 1 << 16),  // connect to Unix sockets by their path
    ]
    private static let network: [(version: Int, mask: UInt64)] = [
        (4, 0b0011),  // bind and connect TCP
        (10, 0b1100),  // bind, connect and send UDP
    ]
    private static let scopes: [(version: Int, mask: UInt64)] = [
        (6, 0b11)  // abstract Unix sockets of others, signals to others
    ]

    /// The version of the interface; 0 when this kernel was built or started without Landlock.
    public static func version() throws(SystemCallError) -> Int {
        let version = CLinux_landlock_version()
        if version == -ENOSYS || version == -EOPNOTSUPP { return 0 }
        guard version > 0 else { throw SystemCallError("landlock_create_ruleset", -version) }
        return Int(version)
    }

    /// Forbids the calling thread all that the kernel's version can forbid. It needs a free descriptor for a moment and
    /// `Process.forbidNewPrivileges` before it. Returns the version; 0 when there is none and nothing has changed.
    public static func denyEverything() throws(SystemCallError) -> Int {
        let version = try version()
        guard version > 0 else { return 0 }
        func known(_ rights: [(version: Int, mask: UInt64)]) -> UInt64 {
            rights.reduce(0) { $1.version <= version ? $0 | $1.mask : $0 }
        }
        // An older kernel refuses a structure that is longer than its own unless the rest is zero; a short one suits all.
        let size = version < 4 ? 8 : version < 6 ? 16 : 24
        let code = CLinux_landlock_deny(known(files), known(network), known(scopes), size)
        guard code == 0 else { throw SystemCallError("landlock_restrict_self", -code) }
        return version
    }

    /// This thread may not even list the root folder, which anybody may: so does `denyEverything` show. Needs a free descriptor.
    public static var isInForce: Bool {
        do throws(SystemCallError) {
            _ = try Files.open("/", flags: O_RDONLY | O_DIRECTORY)
            return false
        } catch { return error.code == EACCES }
    }
}
