public import Pictures

/// What one application instance is to run with.
public struct CellSpecification: Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// The program serves its picture itself, by the kit.
        case native
        /// Any X11 program: a private X server serves its picture.
        case window
        /// A page of the application's own site, in a Chromium on a private X server.
        case web
    }

    public var application: String
    public var kind: Kind
    /// Folder with the application's files on the host; read-only at `/app` inside.
    public var root: String
    /// Folder whose content is the whole root inside, read-only; nil: the host's `/usr` and what belongs to it.
    public var image: String?
    /// Program (an absolute path inside the cell) and arguments. `{width}` and `{height}` stand for the picture's size.
    public var command: [String]
    public var size: PixelSize
    /// `ApplicationRequest` in CBOR; read-only at `/run/vitrine/request` inside.
    public var request: [UInt8]
    public var limits: CellLimits
    /// Further folders of the host, read-only under the same path inside, e.g. the Swift runtime's.
    public var libraries: [String]

    public init(
        application: String, kind: Kind, root: String, command: [String], size: PixelSize, request: [UInt8],
        limits: CellLimits = CellLimits(), libraries: [String] = [], image: String? = nil
    ) {
        self.image = image
        self.application = application
        self.kind = kind
        self.root = root
        self.command = command
        self.size = size
        self.request = request
        self.limits = limits
        self.libraries = libraries
    }

    /// The command with the picture's size filled in.
    public var words: [String] {
        command.map { word in
            word.replacing("{width}", with: "\(size.width)").replacing("{height}", with: "\(size.height)")
        }
    }
}

/// What an instance may use up. Where a memory controller is delegated to the server, `memoryBytes` and `processes` bound
/// the cell as a whole; `memoryBytes` always bounds the address space of each of its processes.
public struct CellLimits: Equatable, Sendable {
    public var memoryBytes: UInt64
    /// For each process.
    public var cpuSeconds: UInt64
    /// Processes and threads together.
    public var processes: UInt64
    public var openFiles: UInt64
    /// The longest file, and all temporary files together.
    public var fileBytes: UInt64

    public init(
        memoryBytes: UInt64 = 256 << 20, cpuSeconds: UInt64 = 600, processes: UInt64 = 64, openFiles: UInt64 = 256,
        fileBytes: UInt64 = 64 << 20
    ) {
        self.memoryBytes = memoryBytes
        self.cpuSeconds = cpuSeconds
        self.processes = processes
        self.openFiles = openFiles
        self.fileBytes = fileBytes
    }
}
