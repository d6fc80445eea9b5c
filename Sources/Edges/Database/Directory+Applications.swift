internal import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records an imported version and, when it is enabled, makes it the one that new sessions get.
    public func addApplication(_ application: ApplicationRecord) throws(DatabaseError) {
        try RecordLimits.check(.application, application.id)
        try write { db in
            if application.enabled {
                try db.execute(sql: "UPDATE applications SET enabled = 0 WHERE id = ?", arguments: [application.id])
            }
            try db.execute(
                sql: """
                    INSERT INTO applications (id, digest, version, title, manifest, folder, enabled, imported)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (id, digest) DO UPDATE SET enabled = excluded.enabled
                    """,
                arguments: [
                    application.id, application.digest, application.version, application.title, application.manifest,
                    application.folder, application.enabled, application.imported.milliseconds,
                ])
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

    static func applications(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [ApplicationRecord] {
        let sql = "SELECT * FROM applications WHERE \(condition) ORDER BY id, enabled DESC, imported DESC"
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
            ApplicationRecord(
                id: $0["id"], digest: $0["digest"], version: $0["version"], title: $0["title"],
                manifest: $0["manifest"], folder: $0["folder"], enabled: $0["enabled"],
                imported: Date(milliseconds: $0["imported"]))
        }
    }
}
