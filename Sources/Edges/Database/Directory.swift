// Database: the server's records (terminals, users, rights, applications, sessions, the authority's certificate) in one
// SQLite file, and the only importer of GRDB. Holds no key and no card data. Calls block for well under a millisecond;
// any thread may make them, an event loop or the cooperative pool should not.

internal import FoundationEssentials
internal import GRDB
internal import LinuxBase

/// Where the records live inside a state folder.
public enum StateFolder {
    public static func database(_ state: String) -> String { state + "/vitrine.sqlite" }
    /// The certificate that signs terminals and servers (PEM).
    public static func authorityCertificate(_ state: String) -> String { state + "/authority.pem" }
    /// The authority's private key (PEM, mode 0600). Never in the database.
    public static func authorityKey(_ state: String) -> String { state + "/authority-key.pem" }
    public static func serverCertificate(_ state: String) -> String { state + "/server.pem" }
    public static func serverKey(_ state: String) -> String { state + "/server-key.pem" }
    /// One folder an application, one folder a digest in it.
    public static func applications(_ state: String) -> String { state + "/applications" }
    /// Locked while versions of applications come and go.
    public static func applicationsLock(_ state: String) -> String { state + "/applications.lock" }
    /// The registries that `vitrinectl app sync` mirrors (TOML), written by the operator.
    public static func registries(_ state: String) -> String { state + "/registries.toml" }
}

public enum DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no database in this state folder: `vitrinectl init` makes one.
    case notInitialised(state: String)
    /// A newer version of the software has written this file.
    case tooNew(path: String)
    case open(path: String, detail: String)
    case query(detail: String)
    case unknown(RecordKind, name: String)
    case exists(RecordKind, name: String)
    case badName(RecordKind, name: String, rule: String)
    /// A record holds something that this software never writes.
    case damaged(table: String, detail: String)

    public var description: String {
        switch self {
        case .notInitialised(let state): "\(state) holds no server state: run vitrinectl init --state \(state)"
        case .tooNew(let path): "\(path) was written by a newer version of this software"
        case .open(let path, let detail): "cannot open \(path): \(detail)"
        case .query(let detail): "database: \(detail)"
        case .unknown(let kind, let name): "there is no \(kind) named \(name)"
        case .exists(let kind, let name): "there is already a \(kind) named \(name)"
        case .badName(let kind, let name, let rule): "\(kind) name \"\(name)\": \(rule)"
        case .damaged(let table, let detail): "damaged record in table \(table): \(detail)"
        }
    }
}

/// The records, opened. Several processes may have the same state open: the server and the operator's tool.
public final class Directory: Sendable {
    let pool: DatabasePool

    /// Opens the records of a state folder that `create` has made, and brings their tables up to date.
    public convenience init(opening state: String) throws(DatabaseError) {
        guard Files.exists(StateFolder.database(state)) else { throw .notInitialised(state: state) }
        try self.init(path: StateFolder.database(state))
    }

    /// Makes the state folder (mode 0700) and its records where they are missing; what is there stays.
    public static func create(in state: String) throws(DatabaseError) -> Directory {
        do { try Files.makeFolder(state, mode: 0o700) } catch { throw .open(path: state, detail: "\(error)") }
        return try Directory(path: StateFolder.database(state))
    }

    private init(path: String) throws(DatabaseError) {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // The server and the operator's tool write to one file: a writer waits for the other instead of failing.
        configuration.busyMode = .timeout(5)
        let opened: DatabasePool
        let superseded: Bool
        do {
            // SQLite would make the file with the umask's mode, and its WAL takes the mode of the file. The folder may be
            // older than `create`, and open to others.
            if !Files.exists(path) { try Files.replace(path, with: []) }
            opened = try DatabasePool(path: path, configuration: configuration)
            superseded = try opened.read { try Schema.migrator.hasBeenSuperseded($0) }
            if !superseded { try Schema.migrator.migrate(opened) }
        } catch {
            throw .open(path: path, detail: "\(error)")
        }
        guard !superseded else { throw .tooNew(path: path) }
        pool = opened
    }

    func read<Value>(_ body: (GRDB.Database) throws -> Value) throws(DatabaseError) -> Value {
        do { return try pool.read(body) } catch { throw Self.named(error) }
    }

    /// One transaction: all of `body` happens, or nothing.
    func write<Value>(_ body: (GRDB.Database) throws -> Value) throws(DatabaseError) -> Value {
        do { return try pool.write(body) } catch { throw Self.named(error) }
    }

    /// SQLite's words without the statement's arguments: they may hold personal data.
    private static func named(_ error: any Error) -> DatabaseError {
        if let error = error as? DatabaseError { return error }
        if let error = error as? GRDB.DatabaseError {
            return .query(detail: "SQLite \(error.extendedResultCode): \(error.message ?? "no message")")
        }
        return .query(detail: "\(type(of: error))")
    }
}

extension Date {
    /// Dates are kept as milliseconds since 1970.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
