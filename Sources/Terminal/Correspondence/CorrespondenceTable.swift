// Correspondence: which applications are remote, where they run and what they look like while they start; the records
// that the sealed store keeps for that. Owns no file: bytes in, values out, every bound checked. Any thread.

public import Pictures
public import Wire

/// Bounds of the records, which come from the operator but are held to account all the same.
public enum CorrespondenceLimits {
    public static let format: UInt64 = 1
    /// Rows of a table; a CBOR array of Wire holds no more.
    public static let rows = WireLimits.containerItems
    /// Longest a session may live, and a logo's largest side, in pixels.
    public static let seconds: UInt64 = 86_400
    public static let logoSide = 1024
    /// Glyphs of a sheet, a glyph's largest side, and the largest ascent or descent, in pixels.
    public static let glyphs = 4096
    public static let glyphSide = 256
}

public struct ServerAddress: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// A DNS name or an address, as the server's certificate has it.
    public var host: String
    public var port: UInt16
    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// One remote application.
public struct CorrespondenceRow: Equatable, Sendable {
    /// The identifier that launchers and the server use.
    public var application: String
    /// The name that people read.
    public var title: String
    public var server: ServerAddress
    /// What the application may ask to have typed.
    public var entryModes: [EntryMode]
    /// The application's colour on the home and hold screens; opaque.
    public var accent: Colour
    /// A session ends after so many seconds without a key, and after so many in all.
    public var idleSeconds: UInt64
    public var totalSeconds: UInt64
    public init(
        application: String, title: String, server: ServerAddress, entryModes: [EntryMode], accent: Colour,
        idleSeconds: UInt64, totalSeconds: UInt64
    ) {
        self.application = application
        self.title = title
        self.server = server
        self.entryModes = entryModes
        self.accent = accent
        self.idleSeconds = idleSeconds
        self.totalSeconds = totalSeconds
    }
}

/// The patent's Tbl: the applications of one terminal for one user, in the order of the home screen.
public struct CorrespondenceTable: Equatable, Sendable {
    /// Grows with each table that the operator issues.
    public var version: UInt64
    public var terminal: String
    public var user: String
    public var rows: [CorrespondenceRow]
    public init(version: UInt64, terminal: String, user: String, rows: [CorrespondenceRow]) {
        self.version = version
        self.terminal = terminal
        self.user = user
        self.rows = rows
    }

    /// The row of an application; nil says that it is not remote.
    public func row(for application: String) -> CorrespondenceRow? {
        rows.first { $0.application.utf8.elementsEqual(application.utf8) }
    }
}
