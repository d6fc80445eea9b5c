internal import Pictures

/// The command line for bubblewrap, made from a specification. Pure.
public struct Bubblewrap: Sendable {
    /// A folder or file of the host, and its place inside; read-only.
    public struct Binding: Equatable, Sendable {
        public var source: String
        public var target: String
        public var optional: Bool
        public init(source: String, target: String, optional: Bool = false) {
            self.source = source
            self.target = target
            self.optional = optional
        }
    }

    /// Files that are made inside from descriptors, read-only.
    public struct Data: Equatable, Sendable {
        public var descriptor: Int32
        public var target: String
        public init(descriptor: Int32, target: String) {
            self.descriptor = descriptor
            self.target = target
        }
    }

    public static let program = "/usr/bin/bwrap"

    /// What of the host every cell sees besides `/usr`: fonts, the loader's cache, X11's defaults, the time zone. No
    /// accounts, no keys, no names of other machines.
    public static let hostFiles: [Binding] = [
        "/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives", "/etc/X11", "/etc/localtime", "/var/cache/fontconfig",
    ].map { Binding(source: $0, target: $0, optional: true) }

    /// What there is besides memory, `/proc` and `/dev`.
    public struct Root: Sendable {
        public var bindings: [Binding]
        /// Links at the root, as on the host or in the image (`bin` → `usr/bin`).
        public var links: [(name: String, target: String)]
        /// The words that run the jailer inside.
        public var jailer: [String]

        public init(bindings: [Binding], links: [(name: String, target: String)], jailer: [String]) {
            self.bindings = bindings
            self.links = links
            self.jailer = jailer
        }

        /// The host's `/usr`, and what belongs to it.
        public static func host(links: [(name: String, target: String)]) -> Root {
            Root(
                bindings: [Binding(source: "/usr", target: "/usr")] + Bubblewrap.hostFiles, links: links,
                jailer: [CellLayout.jailer])
        }
    }

    public var specification: CellSpecification
    public var root: Root
    /// The application's folder, the jailer and the libraries, wherever they are to be found by now.
    public var bindings: [Binding]
    public var data: [Data]
    public var filter: Int32

    public init(
        specification: CellSpecification, root: Root, bindings: [Binding], data: [Data], filter: Int32
    ) {
        self.specification = specification
        self.root = root
        self.bindings = bindings
        self.data = data
        self.filter = filter
    }

    public var arguments: [String] {
        let user = "\(CellLayout.user)"
        var line = [
            "bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
            "--uid", user, "--gid", user, "--hostname", "cell", "--clearenv",
        ]
        // Chromium makes user namespaces for its own sandbox, in which its pages have even less than this cell.
        if specification.kind != .web { line.append("--disable-userns") }
        for (name, value) in environment { line += ["--setenv", name, value] }
        for link in root.links { line += ["--symlink", link.target, "/\(link.name)"] }
        // Memory file systems, each with a bound: a full one is the application's own trouble. /dev belongs to the cell's
        // user and would be one more, hence read-only.
        let bytes = "\(specification.limits.fileBytes)"
        line += ["--proc", "/proc", "--dev", "/dev", "--size", bytes, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]
        line += ["--perms", "1777", "--size", bytes, "--tmpfs", "/tmp"]
        line += ["--size", "\(CellSpecification.encodedBytes * 2)", "--tmpfs", CellLayout.runtime]
        for binding in root.bindings + bindings {
            line += [binding.optional ? "--ro-bind-try" : "--ro-bind", binding.source, binding.target]
        }
        for file in data { line += ["--ro-bind-data", "\(file.descriptor)", file.target] }
        // The root is a memory file system, too.
        line += ["--remount-ro", "/", "--chdir", CellLayout.application]
        line += ["--seccomp", "\(filter)", "--info-fd", "\(CellLayout.Number.information)", "--"]
        line += root.jailer + [CellLayout.Stage.inside, "\(specification.limits.processes)"]
        if specification.kind != .native {
            line += [CellLayout.Stage.window, "\(specification.size.width)x\(specification.size.height)"]
        }
        return line + ["--"] + specification.words
    }

    private var environment: [(String, String)] {
        var result = [
            ("PATH", "/usr/bin:/bin"), ("HOME", "/tmp"), ("TMPDIR", "/tmp"), ("LANG", "C.UTF-8"),
            // Each arena reserves 64 MiB of addresses, which is what RLIMIT_AS counts: a helper thread of fontconfig
            // would not start any more.
            ("MALLOC_ARENA_MAX", "1"), ("USER", CellLayout.userName),
            ("VITRINE_SIZE", "\(specification.size.width)x\(specification.size.height)"),
        ]
        let folders = specification.libraries
        // An image brings its own.
        if !folders.isEmpty, specification.image == nil {
            result.append(("LD_LIBRARY_PATH", folders.joined(separator: ":")))
        }
        return result
    }
}
