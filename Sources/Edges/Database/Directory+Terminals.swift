public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records a terminal. A name that is known is an error unless `replacing`: then the old certificate is forgotten,
    /// and the terminal keeps its data and rights.
    public func enrol(_ terminal: TerminalRecord, replacing: Bool = false) throws(DatabaseError) {
        try RecordLimits.check(.terminal, terminal.name)
        try write { db in
            let known = try Self.terminals(db, where: "name = ?", [terminal.name]).first
            if known != nil && !replacing { throw DatabaseError.exists(.terminal, name: terminal.name) }
            try db.execute(
                sql: """
                    INSERT INTO terminals (name, fingerprint, serial, certificate, enrolled, expires, revoked)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, serial = excluded.serial,
                        certificate = excluded.certificate, enrolled = excluded.enrolled,
                        expires = excluded.expires, revoked = excluded.revoked
                    """,
                arguments: [
                    terminal.name, Data(terminal.fingerprint), terminal.serial, terminal.certificate,
                    terminal.enrolled.milliseconds, terminal.expires.milliseconds, terminal.revoked?.milliseconds,
                ])
        }
    }

    /// Revokes at `now`; a terminal that is revoked already keeps its first date. Returns whether this changed anything.
    public func revokeTerminal(_ name: String, now: Date) throws(DatabaseError) -> Bool {
        try write { db in
            guard try !Self.terminals(db, where: "name = ?", [name]).isEmpty else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            try db.execute(
                sql: "UPDATE terminals SET revoked = ? WHERE name = ? AND revoked IS NULL",
                arguments: [now.milliseconds, name])
            return db.changesCount > 0
        }
    }

    public func terminal(named name: String) throws(DatabaseError) -> TerminalRecord? {
        try read { try Self.terminals($0, where: "name = ?", [name]).first }
    }

    public func terminal(fingerprint: [UInt8]) throws(DatabaseError) -> TerminalRecord? {
        try read { try Self.terminals($0, where: "fingerprint = ?", [Data(fingerprint)]).first }
    }

    public func terminals() throws(DatabaseError) -> [TerminalRecord] {
        try read { try Self.terminals($0, where: "true", []) }
    }

    /// A number for the terminal's next correspondence table: each is one more than the last.
    public func nextTableVersion(terminal name: String) throws(DatabaseError) -> UInt64 {
        try write { db in
            let sql = "UPDATE terminals SET table_version = table_version + 1 WHERE name = ? RETURNING table_version"
            guard let version = try Int64.fetchOne(db, sql: sql, arguments: [name]) else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            return UInt64(version)
        }
    }

    public func terminalData(_ name: String) throws(DatabaseError) -> [String: String] {
        try read { try Self.data($0, table: "terminal_data", owner: "terminal", name) }
    }

    /// Sets the given keys, and removes those whose value is nil.
    public func setTerminalData(_ name: String, _ changes: [String: String?]) throws(DatabaseError) {
        try write { db in
            guard try !Self.terminals(db, where: "name = ?", [name]).isEmpty else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            try Self.change(db, table: "terminal_data", owner: "terminal", name, changes)
        }
    }

    static func terminals(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [TerminalRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM terminals WHERE \(condition) ORDER BY name", arguments: arguments).map
        {
            let fingerprint: Data = $0["fingerprint"]
            let revoked: Int64? = $0["revoked"]
            return TerminalRecord(
                name: $0["name"], fingerprint: [UInt8](fingerprint), serial: $0["serial"],
                certificate: $0["certificate"], enrolled: Date(milliseconds: $0["enrolled"]),
                expires: Date(milliseconds: $0["expires"]),
                revoked: revoked.map(Date.init(milliseconds:)))
        }
    }
}
