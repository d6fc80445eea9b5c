public import Pictures
internal import TOMLKit
public import Wire

public enum ApplicationKind: String, Equatable, Sendable {
    /// Speaks RFB by itself, through the kit.
    case native
    /// Any program with a window, on a display of its own.
    case window
    /// Pages of its own, in a browser that shows nothing else.
    case web
}

/// What is an application's `/usr`, and the rest of its root.
public enum ApplicationRoot: String, Equatable, Sendable {
    /// The server's own, read-only; `/app` alone is the application's.
    case host
    /// The image's, read-only.
    case image
}

/// What one session of an application may use. Seconds and bytes, as the names say.
public struct ApplicationLimits: Equatable, Sendable {
    public var memoryBytes = 256 << 20
    public var cpuSeconds = 600
    public var processes = 32
    public var openFiles = 256
    /// Longest file that it may write.
    public var fileBytes = 16 << 20
    /// Longest time without a key.
    public var idleSeconds = 60
    public var totalSeconds = 600
    /// Longest time from its start to its first picture.
    public var firstPictureSeconds = 10
    public init() {}
}

/// What an application's `vitrine.toml` says of it.
public struct ApplicationManifest: Equatable, Sendable {
    public var id: String
    public var title: String
    public var version: String
    public var kind: ApplicationKind
    public var root: ApplicationRoot
    /// The program's path inside the cell (the application's own files are in /app), and its arguments.
    public var command: [String]
    /// Instead of a command, for `web`: the page that is shown first, below `www` in the application's folder.
    public var page: String?
    /// A PNG file in the application's folder, shown while the application starts.
    public var logo: String?
    public var accent: Colour
    /// Entry modes that it may ask for.
    public var entry: EntryMode
    public var limits: ApplicationLimits
    /// Names of the complementary data that it is given: the user's, or with `terminal.` before it, the terminal's.
    public var data: [String]

    public static let fileName = "vitrine.toml"
    public static let manifestBytes = 65536
    static let dataNames = 32
    static let terminalPrefix = "terminal."
}

extension ApplicationManifest {
    public init(toml text: String) throws(CatalogueError) {
        guard text.utf8.count <= Self.manifestBytes else {
            throw .manifest(key: Self.fileName, problem: "longer than \(Self.manifestBytes) bytes")
        }
        let parsed: TOMLTable
        do { parsed = try TOMLTable(string: text) } catch let error as TOMLParseError {
            let begin = error.source.begin
            throw .notTOML(line: begin.line, column: begin.column, detail: error.description)
        } catch {
            throw .notTOML(line: 0, column: 0, detail: "\(error)")
        }

        let top = ManifestTable(parsed, path: "")
        try top.allow([
            "id", "title", "version", "kind", "root", "command", "page", "logo", "accent", "entry", "limits", "data",
        ])
        id = try top.text("id", bytes: WireLimits.identifierBytes, expected: Self.identifierRule, Self.isIdentifier)
        title = try top.text("title", bytes: 64, expected: "printable text") { !$0.isEmpty && $0.isPrintable }
        version = try top.text("version", bytes: 32, expected: "letters, digits and . + -") { version in
            !version.isEmpty && version.utf8.allSatisfy { $0.isLetterOrDigit || ".+-".utf8.contains($0) }
        }
        let word = try top.text("kind", bytes: 16, expected: "\"native\", \"window\" or \"web\"") {
            ApplicationKind(rawValue: $0) != nil
        }
        kind = ApplicationKind(rawValue: word) ?? .native
        let root =
            try !top.has("root")
            ? "host"
            : top.text("root", bytes: 16, expected: "\"host\" or \"image\"") {
                ApplicationRoot(rawValue: $0) != nil
            }
        self.root = ApplicationRoot(rawValue: root) ?? .host
        guard self.root == .host || kind != .web else {
            throw .manifest(key: "root", problem: "web applications are shown by the host's browser")
        }
        (command, page) = try Self.start(top, kind)
        logo =
            !top.has("logo")
            ? nil
            : try top.text("logo", bytes: 128, expected: "a .png file of the folder") {
                $0.hasSuffix(".png") && !$0.hasPrefix("/") && !$0.components.contains("..") && $0.isPrintable
            }
        accent = try top.has("accent") ? Self.colour(top) : Colour(argb: 0xFF33_4155)
        entry = try top.has("entry") ? Self.entryModes(top) : [.keys]
        limits = try top.table("limits").map { table throws(CatalogueError) in try ApplicationLimits(table) } ?? .init()
        data = try Self.dataNames(top)
    }

    /// A web application has a page, every other one a command.
    private static func start(
        _ top: ManifestTable, _ kind: ApplicationKind
    ) throws(CatalogueError) -> (command: [String], page: String?) {
        guard kind == .web else {
            guard !top.has("page") else { throw .manifest(key: "page", problem: "is for kind = \"web\"") }
            let command = try top.texts("command", count: 1...32, bytes: WireLimits.textBytes)
            guard command[0].hasPrefix("/"), !command[0].components.contains("..") else {
                throw .manifest(key: "command", problem: "starts with the program's absolute path, such as /app/wallet")
            }
            return (command, nil)
        }
        guard !top.has("command") else { throw .manifest(key: "command", problem: "a web application has a page") }
        let page = try top.text("page", bytes: 128, expected: "a file below www, such as index.html") { page in
            page.hasSuffix(".html") && page.isPrintable
                && page.utf8.allSatisfy { $0.isLetterOrDigit || "/-_.".utf8.contains($0) }
                && page.split(separator: "/", omittingEmptySubsequences: false)
                    .allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
        }
        return ([], page)
    }

    static let identifierRule = "lower-case letters, digits, . and -, starting with a letter or digit"

    /// An identifier names a folder, too.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != 0x2D, first != 0x2E, !text.contains("..") else { return false }
        return text.utf8.allSatisfy { $0.isLowerOrDigit || $0 == 0x2D || $0 == 0x2E }
    }

    private static func colour(_ top: ManifestTable) throws(CatalogueError) -> Colour {
        let text = try top.text("accent", bytes: 7, expected: "a colour such as \"#0B6E4F\"") {
            $0.utf8.count == 7 && $0.hasPrefix("#") && $0.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
        }
        return Colour(argb: 0xFF00_0000 | (UInt32(text.dropFirst(), radix: 16) ?? 0))
    }

    private static func entryModes(_ top: ManifestTable) throws(CatalogueError) -> EntryMode {
        var modes = EntryMode.none
        for word in try top.texts("entry", count: 0...8, bytes: 16) {
            guard let mode = EntryMode(name: word) else {
                let names = EntryMode.named.map { "\"\($0.name)\"" }.joined(separator: ", ")
                throw .manifest(key: "entry", problem: "an array of \(names)")
            }
            modes.formUnion(mode)
        }
        return modes
    }

    /// `data = ["balance"]`, or a table `[data]` with `names = ["balance"]`: TOML reads a bare key after `[limits]` as one
    /// of the limits, so authors like to have a heading for it.
    private static func dataNames(_ top: ManifestTable) throws(CatalogueError) -> [String] {
        guard top.has("data") else { return [] }
        let names: [String]
        if let table = top.tableIfAny("data") {
            try table.allow(["names"])
            names = try table.texts("names", count: 0...dataNames, bytes: WireLimits.identifierBytes)
        } else {
            names = try top.texts("data", count: 0...dataNames, bytes: WireLimits.identifierBytes)
        }
        for (index, name) in names.enumerated() where names[..<index].contains(name) || name.isEmpty {
            throw .manifest(key: "data", problem: "names each value once")
        }
        return names
    }
}

extension ApplicationLimits {
    /// Anything beyond these bounds is a mistake in the manifest rather than a wish.
    init(_ table: ManifestTable) throws(CatalogueError) {
        try table.allow([
            "memory_mb", "cpu_seconds", "processes", "open_files", "file_mb", "idle_seconds", "total_seconds",
            "first_picture_seconds",
        ])
        memoryBytes = try table.number("memory_mb", 16...4096, otherwise: 256) << 20
        cpuSeconds = try table.number("cpu_seconds", 1...86400, otherwise: cpuSeconds)
        processes = try table.number("processes", 4...512, otherwise: processes)
        openFiles = try table.number("open_files", 16...4096, otherwise: openFiles)
        fileBytes = try table.number("file_mb", 1...1024, otherwise: 16) << 20
        idleSeconds = try table.number("idle_seconds", 1...3600, otherwise: idleSeconds)
        totalSeconds = try table.number("total_seconds", 1...86400, otherwise: totalSeconds)
        firstPictureSeconds = try table.number("first_picture_seconds", 1...120, otherwise: firstPictureSeconds)
    }
}
