internal import Glibc
internal import LinuxBase

/// One cgroup v2 group below the one that was delegated to this service; removed when the value ends.
///
/// Needs what systemd does with `Delegate=yes` and `DelegateSubgroup=…`: this process sits in a leaf of its own (a group
/// with processes may not hand controllers to its children), and the group above it belongs to this service's user.
public struct ControlGroup: ~Copyable, Sendable {
    public let path: String

    /// Where groups can be made: nil with the reason when nothing is delegated.
    public struct Delegation: Equatable, Sendable {
        public let folder: String?
        public let reason: String

        /// Looks at the process's own group. `root` is where cgroup2 is mounted.
        public static func find(root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup") -> Delegation
        {
            guard Files.exists(root + "/cgroup.controllers") else {
                return Delegation(folder: nil, reason: "no unified control groups at \(root)")
            }
            guard let bytes = try? Files.read(membership, limit: 64 << 10),  // Unreadable: nothing is delegated.
                let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first(where: {
                    $0.hasPrefix("0::/")
                }), line.count > 4
            else { return Delegation(folder: nil, reason: "this process is in the root group") }
            let above = root + Files.parent(of: String(line.dropFirst(3)))
            let controls = above + "/cgroup.subtree_control"
            do throws(SystemCallError) {
                try Files.open(controls, flags: O_WRONLY).writeAll(Array("+memory +pids".utf8))
            } catch {
                return Delegation(folder: nil, reason: "no memory and pids controllers in \(above): \(error)")
            }
            return Delegation(folder: above, reason: "delegated at \(above)")
        }
    }

    /// Makes `folder/name` with bounds for all of its processes together.
    public init(
        in folder: String, name: String, memoryBytes: UInt64, processes: UInt64
    ) throws(ConfinementError) {
        let path = "\(folder)/\(name)"
        do throws(SystemCallError) {
            try Files.makeFolder(path, mode: 0o755)
            do throws(SystemCallError) {
                for (file, value) in [
                    ("memory.max", memoryBytes), ("memory.swap.max", 0), ("memory.oom.group", 1),
                    ("pids.max", processes),
                ] where file != "memory.swap.max" || Files.exists("\(path)/\(file)") {
                    // (The swap file is absent without swap accounting.)
                    try Self.write("\(value)", to: "\(path)/\(file)")
                }
            } catch {
                _ = unsafe rmdir(path)
                throw error
            }
        } catch {
            throw .controlGroup(path, error)
        }
        self.path = path
    }

    deinit { _ = unsafe rmdir(path) }

    /// Moves a process in; its later children follow.
    public borrowing func add(_ process: Int32) throws(ConfinementError) {
        do throws(SystemCallError) {
            try Self.write("\(process)", to: "\(path)/cgroup.procs")
        } catch { throw .controlGroup(path, error) }
    }

    private static func write(_ text: String, to file: String) throws(SystemCallError) {
        try Files.open(file, flags: O_WRONLY | O_TRUNC).writeAll(Array(text.utf8))
    }
}
