public import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records a user with data. A name that is known is an error.
    public func addUser(_ name: String, data: [String: String], now: Date) throws(DatabaseError) {
        try RecordLimits.check(.user, name)
        try write { db in
            guard try !Self.hasUser(db, name) else { throw DatabaseError.exists(.user, name: name) }
            try db.execute(
                sql: "INSERT INTO users (name, created) VALUES (?, ?)", arguments: [name, now.milliseconds])
            try Self.change(db, table: "user_data", owner: "user", name, data.mapValues(Optional.some))
        }
    }

    /// Sets the given keys, and removes those whose value is nil.
    public func setUserData(_ name: String, _ changes: [String: String?]) throws(DatabaseError) {
        try write { db in
            guard try Self.hasUser(db, name) else { throw DatabaseError.unknown(.user, name: name) }
            try Self.change(db, table: "user_data", owner: "user", name, changes)
        }
    }

    /// Removes a user with its data and rights; returns whether there was one.
    public func removeUser(_ name: String) throws(DatabaseError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM users WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }

    public func user(named name: String) throws(DatabaseError) -> UserRecord? {
        try read { try Self.users($0, where: "name = ?", [name]).first }
    }

    public func users() throws(DatabaseError) -> [UserRecord] {
        try read { try Self.users($0, where: "true", []) }
    }

    static func hasUser(_ db: GRDB.Database, _ name: String) throws -> Bool {
        try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM users WHERE name = ?)", arguments: [name]) ?? false
    }

    private static func users(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [UserRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM users WHERE \(condition) ORDER BY name", arguments: arguments).map {
            let name: String = $0["name"]
            return UserRecord(
                name: name, created: Date(milliseconds: $0["created"]),
                data: try data(db, table: "user_data", owner: "user", name))
        }
    }

    /// `table` and `owner` are this module's own words, never a caller's.
    static func data(
        _ db: GRDB.Database, table: String, owner: String, _ name: String
    ) throws -> [String: String] {
        let rows = try Row.fetchAll(db, sql: "SELECT key, value FROM \(table) WHERE \(owner) = ?", arguments: [name])
        return Dictionary(rows.map { ($0["key"], $0["value"]) }) { first, _ in first }
    }

    static func change(
        _ db: GRDB.Database, table: String, owner: String, _ name: String, _ changes: [String: String?]
    ) throws {
        for (key, value) in changes {
            try RecordLimits.check(.key, key)
            guard let value else {
                try db.execute(sql: "DELETE FROM \(table) WHERE \(owner) = ? AND key = ?", arguments: [name, key])
                continue
            }
            guard value.utf8.count <= RecordLimits.valueBytes else {
                let rule = "its value has at most \(RecordLimits.valueBytes) bytes"
                throw DatabaseError.badName(.key, name: key, rule: rule)
            }
            try db.execute(
                sql: """
                    INSERT INTO \(table) (\(owner), key, value) VALUES (?, ?, ?)
                    ON CONFLICT (\(owner), key) DO UPDATE SET value = excluded.value
                    """,
                arguments: [name, key, value])
        }
        guard try data(db, table: table, owner: owner, name).count <= RecordLimits.dataItems else {
            throw DatabaseError.badName(.key, name: name, rule: "at most \(RecordLimits.dataItems) values")
        }
    }
}
