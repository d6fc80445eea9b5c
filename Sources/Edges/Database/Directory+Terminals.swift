public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records a terminal. A name that is known is an error unless `replacing`: then the old certificates and the old TPM
    /// are forgotten, and the terminal keeps its data, rights and table. Its group must be known.
    public func enrol(_ terminal: TerminalRecord, replacing: Bool = false) throws(DatabaseError) {
        try RecordLimits.check(.terminal, terminal.name)
        try write { db in
            let known = try Self.terminals(db, where: "name = ?", [terminal.name]).first
            if known != nil && !replacing { throw DatabaseError.exists(.terminal, name: terminal.name) }
            guard try Self.groups(db, where: "name = ?", [terminal.group]).count == 1 else {
                throw DatabaseError.unknown(.group, name: terminal.group)
            }
            // The clock of the TPM before says nothing about the next one's.
            try db.execute(sql: "UPDATE attestations SET superseded = 1 WHERE terminal = ?", arguments: [terminal.name])
            try Self.insert(db, terminal)
        }
    }

    private static func insert(_ db: GRDB.Database, _ terminal: TerminalRecord) throws {
        try db.execute(
            sql: """
                INSERT INTO terminals (name, fingerprint, serial, certificate, enrolled, expires, revoked, ak_area,
                    ek_fingerprint, activation, activated, grp, next_fingerprint, next_serial, next_certificate,
                    next_expires)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET fingerprint = excluded.fingerprint, serial = excluded.serial,
                    certificate = excluded.certificate, enrolled = excluded.enrolled, expires = excluded.expires,
                    revoked = excluded.revoked, ak_area = excluded.ak_area,
                    ek_fingerprint = excluded.ek_fingerprint, activation = excluded.activation,
                    activated = excluded.activated, grp = excluded.grp,
                    next_fingerprint = excluded.next_fingerprint, next_serial = excluded.next_serial,
                    next_certificate = excluded.next_certificate, next_expires = excluded.next_expires
                """,
            arguments: [
                terminal.name, Data(terminal.fingerprint), terminal.serial, terminal.certificate,
                terminal.enrolled.milliseconds, terminal.expires.milliseconds, terminal.revoked?.milliseconds,
                terminal.identity.map { Data($0.attestationArea) }, terminal.identity.map { Data($0.endorsement) },
                terminal.identity?.activation.map { Data($0) }, terminal.identity?.activated?.milliseconds,
                terminal.group, terminal.next.map { Data($0.fingerprint) }, terminal.next?.serial,
                terminal.next?.certificate, terminal.next?.expires.milliseconds,
            ])
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

    /// The terminal whose certificate this is, or whose renewed certificate.
    public func terminal(fingerprint: [UInt8]) throws(DatabaseError) -> TerminalRecord? {
        try read {
            try Self.terminals(
                $0, where: "fingerprint = ? OR next_fingerprint = ?", [Data(fingerprint), Data(fingerprint)]
            ).first
        }
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
            return TerminalRecord(
                name: $0["name"], fingerprint: [UInt8](fingerprint), serial: $0["serial"],
                certificate: $0["certificate"], enrolled: Date(milliseconds: $0["enrolled"]),
                expires: Date(milliseconds: $0["expires"]), revoked: date($0, "revoked"), identity: identity($0),
                group: $0["grp"], next: next($0))
        }
    }

    private static func identity(_ row: Row) -> TerminalIdentity? {
        guard let area: Data = row["ak_area"], let endorsement: Data = row["ek_fingerprint"] else { return nil }
        let activation: Data? = row["activation"]
        return TerminalIdentity(
            attestationArea: [UInt8](area), endorsement: [UInt8](endorsement),
            activation: activation.map { [UInt8]($0) },
            activated: date(row, "activated"))
    }

    private static func next(_ row: Row) -> NextCertificate? {
        guard let fingerprint: Data = row["next_fingerprint"], let serial: String = row["next_serial"],
            let certificate: String = row["next_certificate"], let expires = date(row, "next_expires")
        else { return nil }
        return NextCertificate(
            fingerprint: [UInt8](fingerprint), serial: serial, certificate: certificate, expires: expires)
    }

    static func date(_ row: Row, _ column: String) -> Date? {
        let milliseconds: Int64? = row[column]
        return milliseconds.map(Date.init(milliseconds:))
    }
}
