// Correspondence: which applications are remote, where they run, who may start them and what they look like
// meanwhile; the records that the sealed store keeps for that, and the signature under which they arrive. Owns no
// file and no key: bytes in, values out, every bound checked. Any thread.

internal import Wire

/// Bounds of the records, which come from the operator but are held to account all the same.
public enum CorrespondenceLimits {
    public static let format: UInt64 = 2
    /// A signed table, longest: rows full of long names stay below.
    public static let tableBytes = 256 << 10
    /// A signed table with its logos: what the server pushes to a terminal, and what one enrolment carries beside it.
    public static let bundleBytes = 4 << 20
    /// Rows of a table; a CBOR array of Wire holds no more.
    public static let rows = WireLimits.containerItems
    /// Of one row.
    public static let servers = 8
    public static let launchers = 16
    public static let storedData = 8
    public static let storedNameBytes = 64
    /// Longest a session may live, and a logo's largest side, in pixels.
    public static let seconds: UInt64 = 86_400
    public static let logoSide = 1024
    /// Of SHA-256.
    public static let digestBytes = 32
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

/// Who may start a remote application; also who asks.
public enum Launcher: Equatable, Hashable, Sendable {
    /// The home screen: a number key of the terminal's own keypad.
    case home
    /// In a row: any program that the launch socket lets in. Nobody asks under this name but one that nobody knows.
    case anyone
    /// A program of this user (the kernel's number) at the launch socket.
    case user(UInt32)
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

    /// Names of the records that hold the rows' logos. A logo that several rows share is there once.
    public var logoRecords: Set<String> { Set(rows.compactMap(\.logoRecord)) }
}
