internal import Glibc
internal import LinuxBase

/// Where a service may make control groups of its own.
///
/// Unified (v2): what systemd does with `Delegate=yes` and `DelegateSubgroup=…` — this process sits in a leaf of its own (a
/// group with processes may not hand controllers to its children), and the group above it belongs to this service's user.
/// Separate (v1): below this process's own groups, if it may; as root, or where they were given to its user.
public struct ControlGroupDelegation: Equatable, Sendable {
    public struct Hierarchy: Equatable, Sendable {
        public enum Kind: String, Equatable, Sendable, CaseIterable {
            case unified = ""
            case memory
            case processes = "pids"
            case processor = "cpu"
            case disks = "blkio"
        }
        public var kind: Kind
        public var folder: String
    }

    /// Empty: nothing is delegated.
    public let hierarchies: [Hierarchy]
    /// How it came to that, for the log.
    public let reason: String

    /// What must be there for separate hierarchies to be worth their name.
    private static let needed: Set<Hierarchy.Kind> = [.memory, .processes]

    /// Looks at the process's own groups. `root` is where the hierarchies are mounted.
    public static func find(
        root: String = "/sys/fs/cgroup", membership: String = "/proc/self/cgroup"
    ) -> ControlGroupDelegation {
        // Unreadable: nothing is delegated.
        let text = (try? Files.read(membership, limit: 64 << 10)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        // `ID:CONTROLLERS:PATH`
        let lines = text.split(separator: "\n").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }.filter { $0.count == 3 && $0[2].hasPrefix("/") }
        if Files.exists(root + "/cgroup.controllers") {
            return unified(root, lines.first { $0[0] == "0" }.map { String($0[2]) })
        }
        return separate(root, lines.map { (String($0[1]), String($0[2])) })
    }

    private static func unified(_ root: String, _ own: String?) -> ControlGroupDelegation {
        guard let own, own.utf8.count > 1 else { return none("this process is in the root group") }
        let above = root + Files.parent(of: own)
        let controls = above + "/cgroup.subtree_control"
        do throws(SystemCallError) {
            try Files.open(controls, flags: O_WRONLY).writeAll(Array("+memory +pids".utf8))
        } catch { return none("no memory and pids controllers in \(above): \(error)") }
        var wanting: [String] = []
        for controller in ["cpu", "io"] {
            do throws(SystemCallError) {
                try Files.open(controls, flags: O_WRONLY).writeAll(Array("+\(controller)".utf8))
            } catch { wanting.append(controller) }
        }
        return found([Hierarchy(kind: .unified, folder: above)], wanting)
    }

    private static func separate(_ root: String, _ own: [(controllers: String, path: String)]) -> ControlGroupDelegation
    {
        var hierarchies: [Hierarchy] = []
        var wanting: [String] = []
        for kind in Hierarchy.Kind.allCases where kind != .unified {
            let path = own.first { $0.controllers.split(separator: ",").contains { $0 == kind.rawValue } }?.path
            let folder = path.map { "\(root)/\(kind.rawValue)\($0 == "/" ? "" : $0)" }
            if let folder, unsafe access(folder + "/cgroup.procs", W_OK) == 0, unsafe access(folder, W_OK) == 0 {
                hierarchies.append(Hierarchy(kind: kind, folder: folder))
            } else if needed.contains(kind) {
                return none("no \(kind.rawValue) groups below \(folder ?? root)")
            } else {
                wanting.append(kind.rawValue)
            }
        }
        return found(hierarchies, wanting)
    }

    private static func none(_ reason: String) -> ControlGroupDelegation {
        ControlGroupDelegation(hierarchies: [], reason: reason)
    }

    private static func found(_ hierarchies: [Hierarchy], _ wanting: [String]) -> ControlGroupDelegation {
        let places = hierarchies.map(\.folder).joined(separator: ", ")
        let rest = wanting.isEmpty ? "" : ", without \(wanting.joined(separator: " and "))"
        return ControlGroupDelegation(hierarchies: hierarchies, reason: "delegated at \(places)\(rest)")
    }

    private static let prefix = "vitrine-cell-"

    /// A name for a group of this process, so that `sweep` knows whose it was.
    public static func name(_ number: Int32) -> String { "\(prefix)\(getpid())-\(number)" }

    /// Removes what processes that are gone have left behind: a service that is killed removes nothing.
    public func sweep() {
        for hierarchy in hierarchies {
            // A folder that cannot be read has nothing that could be removed.
            for name in (try? Files.names(in: hierarchy.folder)) ?? [] where name.hasPrefix(Self.prefix) {
                guard let owner = name.dropFirst(Self.prefix.count).split(separator: "-").first,
                    !Files.exists("/proc/\(owner)")
                else { continue }
                _ = unsafe rmdir("\(hierarchy.folder)/\(name)")
            }
        }
    }
}
