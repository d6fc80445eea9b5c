internal import Glibc
internal import LinuxBase

/// What bounds some processes as a whole: one group below the one that was delegated to this service, in the unified
/// hierarchy (cgroup v2) or in each of the separate ones (v1). Removed when the value ends.
public struct ControlGroup: ~Copyable, Sendable {
    /// For all processes of a group together.
    public struct Bounds: Equatable, Sendable {
        public var memoryBytes: UInt64
        public var processes: UInt64
        public init(memoryBytes: UInt64, processes: UInt64) {
            self.memoryBytes = memoryBytes
            self.processes = processes
        }
    }

    /// One for each hierarchy.
    public let folders: [String]

    /// Makes groups of this name in all hierarchies that were delegated. `delegation` must have some.
    public init(in delegation: ControlGroupDelegation, name: String, bounds: Bounds) throws(ConfinementError) {
        var made: [String] = []
        for hierarchy in delegation.hierarchies {
            let path = "\(hierarchy.folder)/\(name)"
            do throws(SystemCallError) {
                guard unsafe mkdir(path, 0o755) == 0 else { throw SystemCallError("mkdir(\(path))", errno) }
                made.append(path)
                for setting in hierarchy.settings(bounds) {
                    let file = "\(path)/\(setting.file)"
                    if setting.isOptional && !Files.exists(file) { continue }
                    try Self.write("\(setting.value)", to: file)
                }
            } catch {
                made.forEach(Self.remove)
                throw .controlGroup(path, error)
            }
        }
        folders = made
    }

    deinit { folders.forEach(Self.remove) }

    /// Moves a process in; its later children follow.
    public borrowing func add(_ process: Int32) throws(ConfinementError) {
        for folder in folders {
            do throws(SystemCallError) {
                try Self.write("\(process)", to: "\(folder)/cgroup.procs")
            } catch { throw .controlGroup(folder, error) }
        }
    }

    private static func write(_ text: String, to file: String) throws(SystemCallError) {
        try Files.open(file, flags: O_WRONLY | O_TRUNC).writeAll(Array(text.utf8))
    }

    /// A dead process leaves its group a moment after its parent knows.
    private static func remove(_ folder: String) {
        for _ in 0..<100 {
            if unsafe rmdir(folder) == 0 || errno != EBUSY { return }
            Clock.sleep(.milliseconds(2))
        }
    }
}

extension ControlGroupDelegation.Hierarchy {
    struct Setting: Equatable {
        var file: String
        var value: UInt64
        /// Not every kernel has it: swap accounting, schedulers for disks.
        var isOptional = false
    }

    /// A quarter of what any other process gets: the server goes before its cells, and a busy cell takes from another no
    /// more than its share.
    private static let lightness: UInt64 = 4

    func settings(_ bounds: ControlGroup.Bounds) -> [Setting] {
        switch kind {
        case .unified:
            [
                Setting(file: "memory.max", value: bounds.memoryBytes),
                Setting(file: "memory.swap.max", value: 0, isOptional: true),
                Setting(file: "memory.oom.group", value: 1),
                Setting(file: "pids.max", value: bounds.processes),
                Setting(file: "cpu.weight", value: 100 / Self.lightness, isOptional: true),
                Setting(file: "io.weight", value: 100 / Self.lightness, isOptional: true),
            ]
        case .memory:
            [
                Setting(file: "memory.limit_in_bytes", value: bounds.memoryBytes),
                Setting(file: "memory.memsw.limit_in_bytes", value: bounds.memoryBytes, isOptional: true),
            ]
        case .processes: [Setting(file: "pids.max", value: bounds.processes)]
        case .processor: [Setting(file: "cpu.shares", value: 1024 / Self.lightness)]
        case .disks: [Setting(file: "blkio.bfq.weight", value: 100 / Self.lightness, isOptional: true)]
        }
    }
}
