public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Lets a user run an application on a terminal; all three must be known. Returns whether the right is new.
    public func grant(terminal: String, user: String, application: String, now: Date) throws(DatabaseError) -> Bool {
        try write { db in
            guard try !Self.terminals(db, where: "name = ?", [terminal]).isEmpty else {
                throw DatabaseError.unknown(.terminal, name: terminal)
            }
            guard try Self.hasUser(db, user) else { throw DatabaseError.unknown(.user, name: user) }
            guard try !Self.applications(db, where: "id = ?", [application]).isEmpty else {
                throw DatabaseError.unknown(.application, name: application)
            }
            try db.execute(
                sql: "INSERT OR IGNORE INTO rights (terminal, user, application, granted) VALUES (?, ?, ?, ?)",
                arguments: [terminal, user, application, now.milliseconds])
            return db.changesCount > 0
        }
    }

    /// Takes a right away; returns whether there was one.
    public func revokeRight(terminal: String, user: String, application: String) throws(DatabaseError) -> Bool {
        try write { db in
            try db.execute(
                sql: "DELETE FROM rights WHERE terminal = ? AND user = ? AND application = ?",
                arguments: [terminal, user, application])
            return db.changesCount > 0
        }
    }

    public func hasRight(terminal: String, user: String, application: String) throws(DatabaseError) -> Bool {
        try read { db in
            try Bool.fetchOne(
                db,
                sql: "SELECT EXISTS (SELECT 1 FROM rights WHERE terminal = ? AND user = ? AND application = ?)",
                arguments: [terminal, user, application]) ?? false
        }
    }

    /// The rights that match what is given; nil matches all.
    public func rights(
        terminal: String? = nil, user: String? = nil, application: String? = nil
    ) throws(DatabaseError) -> [RightRecord] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM rights
                    WHERE terminal = ifnull(?, terminal) AND user = ifnull(?, user)
                        AND application = ifnull(?, application)
                    ORDER BY terminal, user, application
                    """,
                arguments: [terminal, user, application])
            return rows.map {
                RightRecord(
                    terminal: $0["terminal"], user: $0["user"], application: $0["application"],
                    granted: Date(milliseconds: $0["granted"]))
            }
        }
    }
}
