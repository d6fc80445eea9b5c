public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Opens a session's row and returns its number, which is never given twice in the life of the state folder.
    public func startSession(
        terminal: String, user: String, application: String, digest: String, now: Date
    ) throws(DatabaseError) -> Int64 {
        try write { db in
            try db.execute(
                sql: "INSERT INTO sessions (terminal, user, application, digest, started) VALUES (?, ?, ?, ?, ?)",
                arguments: [terminal, user, application, digest, now.milliseconds])
            let id = db.lastInsertedRowID
            try db.execute(
                sql: "DELETE FROM sessions WHERE id <= ? AND ended IS NOT NULL",
                arguments: [id - Int64(RecordLimits.auditRows)])
            return id
        }
    }

    /// Closes a session's row; the first end stays. `detail` is for the operator and holds no card data.
    public func endSession(
        _ id: Int64, outcome: SessionOutcome, detail: String, now: Date
    ) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: "UPDATE sessions SET ended = ?, outcome = ?, detail = ? WHERE id = ? AND ended IS NULL",
                arguments: [
                    now.milliseconds, outcome.rawValue, RecordLimits.shortened(detail, to: RecordLimits.detailBytes),
                    id,
                ])
            let exists = "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ?)"
            guard try db.changesCount > 0 || Bool.fetchOne(db, sql: exists, arguments: [id]) == true else {
                throw DatabaseError.unknown(.session, name: "\(id)")
            }
        }
    }

    /// Marks the sessions that a server left open when it was killed. Returns how many there were.
    public func closeOpenSessions(detail: String, now: Date) throws(DatabaseError) -> Int {
        try write { db in
            try db.execute(
                sql: "UPDATE sessions SET ended = ?, outcome = ?, detail = ? WHERE ended IS NULL",
                arguments: [now.milliseconds, SessionOutcome.interrupted.rawValue, detail])
            return db.changesCount
        }
    }

    /// The newest sessions first, at most `limit`; `open` chooses those that have not ended, or those that have.
    public func sessions(limit: Int, open: Bool? = nil) throws(DatabaseError) -> [SessionRecord] {
        try read { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM sessions WHERE (ended IS NULL) = ifnull(?, ended IS NULL) ORDER BY id DESC LIMIT ?
                    """,
                arguments: [open, limit])
            return try rows.map { row in
                let ended: Int64? = row["ended"]
                let word: String? = row["outcome"]
                let outcome = word.flatMap(SessionOutcome.init(rawValue:))
                guard (word == nil) == (outcome == nil) else {
                    throw DatabaseError.damaged(table: "sessions", detail: "outcome \(word ?? "")")
                }
                return SessionRecord(
                    id: row["id"], terminal: row["terminal"], user: row["user"], application: row["application"],
                    digest: row["digest"], started: Date(milliseconds: row["started"]),
                    ended: ended.map(Date.init(milliseconds:)), outcome: outcome, detail: row["detail"])
            }
        }
    }

    /// Notes an event (a word such as `refused`, `enrolled`) for the operator.
    public func note(_ event: String, terminal: String?, detail: String, now: Date) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: "INSERT INTO notes (at, event, terminal, detail) VALUES (?, ?, ?, ?)",
                arguments: [
                    now.milliseconds, event, terminal, RecordLimits.shortened(detail, to: RecordLimits.detailBytes),
                ])
            try db.execute(
                sql: "DELETE FROM notes WHERE id <= ?",
                arguments: [db.lastInsertedRowID - Int64(RecordLimits.auditRows)])
        }
    }

    /// The newest notes first, at most `limit`.
    public func notes(limit: Int) throws(DatabaseError) -> [NoteRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM notes ORDER BY id DESC LIMIT ?", arguments: [limit]).map {
                NoteRecord(
                    id: $0["id"], at: Date(milliseconds: $0["at"]), event: $0["event"], terminal: $0["terminal"],
                    detail: $0["detail"])
            }
        }
    }

    /// The authority's certificate (PEM); nil before `setAuthority`.
    public func authority() throws(DatabaseError) -> String? {
        try read { try String.fetchOne($0, sql: "SELECT certificate FROM authority WHERE id = 1") }
    }

    /// Records the authority's certificate once; a second one is an error, since all terminals hang on the first.
    public func setAuthority(certificate: String, now: Date) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO authority (id, certificate, created) VALUES (1, ?, ?)",
                arguments: [certificate, now.milliseconds])
            let kept = try String.fetchOne(db, sql: "SELECT certificate FROM authority WHERE id = 1")
            guard kept == certificate else {
                throw DatabaseError.damaged(table: "authority", detail: "it holds another certificate")
            }
        }
    }
}
