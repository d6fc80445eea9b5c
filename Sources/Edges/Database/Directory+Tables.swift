public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Keeps a terminal's signed table in place of the one before, which must have a lower version. What the bytes hold
    /// is their maker's matter.
    public func setSignedTable(
        terminal name: String, version: UInt64, bytes: [UInt8], now: Date
    ) throws(DatabaseError) {
        guard let number = Int64(exactly: version) else {
            throw .damaged(table: "signed_tables", detail: "version \(version)")
        }
        try write { db in
            guard try !Self.terminals(db, where: "name = ?", [name]).isEmpty else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            try db.execute(
                sql: """
                    INSERT INTO signed_tables (terminal, version, bytes, created) VALUES (?, ?, ?, ?)
                    ON CONFLICT (terminal) DO UPDATE SET version = excluded.version, bytes = excluded.bytes,
                        created = excluded.created WHERE excluded.version > signed_tables.version
                    """,
                arguments: [name, number, Data(bytes), now.milliseconds])
            guard db.changesCount > 0 else {
                throw DatabaseError.damaged(table: "signed_tables", detail: "version \(version) is not newer")
            }
        }
    }

    /// The newest signed table of a terminal.
    public func signedTable(terminal name: String) throws(DatabaseError) -> (version: UInt64, bytes: [UInt8])? {
        try read { db in
            let sql = "SELECT version, bytes FROM signed_tables WHERE terminal = ?"
            return try Row.fetchOne(db, sql: sql, arguments: [name]).map {
                let (version, bytes): (Int64, Data) = ($0["version"], $0["bytes"])
                return (UInt64(bitPattern: version), [UInt8](bytes))
            }
        }
    }

    /// Its version only: cheap to ask at each look.
    public func signedTableVersion(terminal name: String) throws(DatabaseError) -> UInt64? {
        try read {
            try Int64.fetchOne($0, sql: "SELECT version FROM signed_tables WHERE terminal = ?", arguments: [name])
                .map { UInt64(bitPattern: $0) }
        }
    }

    /// What the operator has set for the rows of a terminal's table: by application, by key.
    public func rowSettings(terminal name: String) throws(DatabaseError) -> [String: [String: String]] {
        try read { db in
            var settings: [String: [String: String]] = [:]
            let sql = "SELECT application, key, value FROM row_settings WHERE terminal = ?"
            for row in try Row.fetchAll(db, sql: sql, arguments: [name]) {
                let (application, key, value): (String, String, String) = (row["application"], row["key"], row["value"])
                settings[application, default: [:]][key] = value
            }
            return settings
        }
    }

    /// Sets the given keys of one row, and removes those whose value is nil. The empty application stands for the whole
    /// table.
    public func setRowSettings(
        terminal name: String, application: String, _ changes: [String: String?]
    ) throws(DatabaseError) {
        if !application.isEmpty { try RecordLimits.check(.application, application) }
        for (key, value) in changes {
            try RecordLimits.check(.key, key)
            guard (value?.utf8.count ?? 0) <= RecordLimits.settingBytes else {
                throw .badName(.key, name: key, rule: "its value has at most \(RecordLimits.settingBytes) bytes")
            }
        }
        try write { db in
            guard try !Self.terminals(db, where: "name = ?", [name]).isEmpty else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            for (key, value) in changes {
                try db.execute(
                    sql: "DELETE FROM row_settings WHERE terminal = ? AND application = ? AND key = ?",
                    arguments: [name, application, key])
                guard let value else { continue }
                try db.execute(
                    sql: "INSERT INTO row_settings (terminal, application, key, value) VALUES (?, ?, ?, ?)",
                    arguments: [name, application, key, value])
            }
        }
    }
}
