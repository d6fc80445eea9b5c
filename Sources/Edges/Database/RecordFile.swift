internal import FoundationEssentials
internal import GRDB
internal import LinuxBase

/// A column's value.
public enum RecordValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    var stored: any DatabaseValueConvertible {
        switch self {
        case .null: DatabaseValue.null
        case .integer(let number): number
        case .text(let text): text
        case .bytes(let bytes): Data(bytes)
        }
    }
}

/// An SQLite file of somebody's own, beside the server's records: whoever opens it brings the tables. What a
/// transaction has committed survives the loss of power, not only of the process (WAL, synchronous = FULL): each commit
/// waits for the disk.
public final class RecordFile: Sendable {
    private let queue: DatabaseQueue

    /// Opens the file, making it (mode 0600) when it is missing, and brings its tables up to date. `versions` are the
    /// SQL statements of each version; one that has been released is never edited.
    public init(path: String, versions: [String]) throws(DatabaseError) {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        let migrator = Self.migrator(versions)
        let isSuperseded: Bool
        do {
            if !Files.exists(path) { try Files.replace(path, with: []) }
            queue = try DatabaseQueue(path: path, configuration: configuration)
            isSuperseded = try queue.read { try migrator.hasBeenSuperseded($0) }
            if !isSuperseded { try migrator.migrate(queue) }
        } catch {
            throw .open(path: path, detail: "\(error)")
        }
        guard !isSuperseded else { throw .tooNew(path: path) }
    }

    private static func migrator(_ versions: [String]) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (index, sql) in versions.enumerated() {
            migrator.registerMigration("\(index + 1)") { try $0.execute(sql: sql) }
        }
        return migrator
    }

    /// One transaction: all of `body` is on the disk when this returns, or nothing of it happened.
    @discardableResult
    public func transaction<Value>(
        _ body: (RecordTransaction) throws(DatabaseError) -> Value
    ) throws(DatabaseError) -> Value {
        do { return try queue.write { try body(RecordTransaction(db: $0)) } } catch { throw .of(error) }
    }
}

/// What can be done within a transaction. Not to be kept.
public struct RecordTransaction {
    fileprivate let db: GRDB.Database

    /// Runs one statement; returns how many rows it changed.
    @discardableResult
    public func execute(_ sql: String, _ values: [RecordValue] = []) throws(DatabaseError) -> Int {
        do {
            try db.execute(sql: sql, arguments: StatementArguments(values.map(\.stored)))
            return db.changesCount
        } catch {
            throw .of(error)
        }
    }

    public func rows(_ sql: String, _ values: [RecordValue] = []) throws(DatabaseError) -> [RecordRow] {
        do {
            return try Row.fetchAll(db, sql: sql, arguments: StatementArguments(values.map(\.stored))).map(
                RecordRow.init)
        } catch {
            throw .of(error)
        }
    }

    /// The number of the row that was inserted last.
    public var lastNumber: Int64 { db.lastInsertedRowID }
}

/// One row, read by the names of its columns. A column of another type is a damaged record.
public struct RecordRow {
    fileprivate let row: Row

    public func integer(_ column: String) throws(DatabaseError) -> Int64 { try value(column, optionalInteger(column)) }
    public func text(_ column: String) throws(DatabaseError) -> String { try value(column, optionalText(column)) }
    public func bytes(_ column: String) throws(DatabaseError) -> [UInt8] {
        try value(column, optionalBytes(column))
    }
    public func optionalInteger(_ column: String) -> Int64? {
        (row[column] as DatabaseValue?).flatMap { Int64.fromDatabaseValue($0) }
    }
    public func optionalText(_ column: String) -> String? {
        (row[column] as DatabaseValue?).flatMap { String.fromDatabaseValue($0) }
    }

    public func optionalBytes(_ column: String) -> [UInt8]? {
        (row[column] as DatabaseValue?).flatMap { Data.fromDatabaseValue($0) }.map { Array($0) }
    }

    private func value<Value>(_ column: String, _ value: Value?) throws(DatabaseError) -> Value {
        guard let value else { throw .damaged(table: "of a record file", detail: "column \(column)") }
        return value
    }
}

extension DatabaseError {
    /// SQLite's words without the statement's arguments.
    fileprivate static func of(_ error: any Error) -> DatabaseError {
        if let error = error as? DatabaseError { return error }
        if let error = error as? GRDB.DatabaseError {
            return .query(detail: "SQLite \(error.extendedResultCode): \(error.message ?? "no message")")
        }
        return .query(detail: "\(type(of: error))")
    }
}
