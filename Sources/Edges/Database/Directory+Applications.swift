public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records an imported version and, when it is enabled, makes it the one that new sessions get, unless another one is
    /// pinned. Returns whether new sessions get it.
    @discardableResult
    public func addApplication(_ application: ApplicationRecord) throws(DatabaseError) -> Bool {
        try RecordLimits.check(.application, application.id)
        return try write { db in
            let other = "SELECT EXISTS (SELECT 1 FROM applications WHERE id = ? AND pinned = 1 AND digest <> ?)"
            let isHeld =
                try Bool.fetchOne(db, sql: other, arguments: [application.id, application.digest]) == true
            let enabled = application.enabled && !isHeld
            if enabled {
                try db.execute(
                    sql: "UPDATE applications SET enabled = 0, replaced = ? WHERE id = ? AND enabled = 1",
                    arguments: [application.imported.milliseconds, application.id])
            }
            try db.execute(
                sql: """
                    INSERT INTO applications
                        (id, digest, version, title, manifest, folder, enabled, imported, source, image, signed)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id, digest) DO UPDATE SET enabled = max(enabled, excluded.enabled),
                        replaced = iif(excluded.enabled, NULL, replaced), source = excluded.source,
                        image = excluded.image, signed = excluded.signed
                    """,
                arguments: [
                    application.id, application.digest, application.version, application.title, application.manifest,
                    application.folder, enabled, application.imported.milliseconds, application.source,
                    application.image, application.signed?.milliseconds,
                ])
            return enabled
        }
    }

    /// Makes a version the one that new sessions get, in one transaction. `pinned`: whatever is imported.
    public func enableApplication(_ id: String, digest: String, pinned: Bool, now: Date) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE applications SET enabled = 0, pinned = 0, replaced = iif(enabled, ?, replaced)
                    WHERE id = ? AND (enabled = 1 OR pinned = 1) AND digest <> ?
                    """, arguments: [now.milliseconds, id, digest])
            try db.execute(
                sql: "UPDATE applications SET enabled = 1, pinned = ?, replaced = NULL WHERE id = ? AND digest = ?",
                arguments: [pinned, id, digest])
            // The transaction takes the first statement back, too.
            guard db.changesCount == 1 else { throw DatabaseError.unknown(.application, name: "\(id) \(digest)") }
        }
    }

    /// The version that new sessions get; nil when there is none.
    public func enabledApplication(_ id: String) throws(DatabaseError) -> ApplicationRecord? {
        try read { try Self.applications($0, where: "id = ? AND enabled = 1", [id]).first }
    }

    /// All versions of one application, or of all; the enabled one first, then the newest.
    public func applications(_ id: String? = nil) throws(DatabaseError) -> [ApplicationRecord] {
        try read { try Self.applications($0, where: "id = ifnull(?, id)", [id]) }
    }

    /// Forgets all versions of an application and the rights to it; returns what was forgotten.
    public func removeApplication(_ id: String) throws(DatabaseError) -> [ApplicationRecord] {
        try write { db in
            let removed = try Self.applications(db, where: "id = ?", [id])
            try db.execute(sql: "DELETE FROM applications WHERE id = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM rights WHERE application = ?", arguments: [id])
            return removed
        }
    }

    /// Forgets one version, unless new sessions get it, a session runs it, or it was replaced after `before`: a session
    /// that is about to begin may have chosen it. One transaction; false when it stays.
    public func removeApplication(_ id: String, digest: String, replacedBefore before: Date) throws(DatabaseError)
        -> Bool
    {
        try write { db in
            try db.execute(
                sql: """
                    DELETE FROM applications WHERE id = ? AND digest = ? AND enabled = 0 AND pinned = 0
                        AND ifnull(replaced, imported) <= ?
                        AND NOT EXISTS (
                            SELECT 1 FROM sessions WHERE ended IS NULL AND application = ? AND sessions.digest = ?)
                    """, arguments: [id, digest, before.milliseconds, id, digest])
            return db.changesCount == 1
        }
    }

    static func applications(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [ApplicationRecord] {
        let sql = "SELECT * FROM applications WHERE \(condition) ORDER BY id, enabled DESC, imported DESC"
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
            let signed: Int64? = $0["signed"]
            return ApplicationRecord(
                id: $0["id"], digest: $0["digest"], version: $0["version"], title: $0["title"],
                manifest: $0["manifest"], folder: $0["folder"], enabled: $0["enabled"],
                imported: Date(milliseconds: $0["imported"]), source: $0["source"], image: $0["image"],
                signed: signed.map(Date.init(milliseconds:)), pinned: $0["pinned"])
        }
    }
}
