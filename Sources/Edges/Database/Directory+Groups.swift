internal import GRDB

/// How a group's terminals are judged.
public struct GroupRecord: Equatable, Sendable {
    public enum Attestation: String, Equatable, Sendable, CaseIterable {
        /// Who does not pass is refused.
        case enforce
        /// Who does not pass is noted and let in.
        case report
    }

    /// The group of a terminal that was put into no other.
    public static let usual = "default"

    public var name: String
    public var attestation: Attestation
    /// Seconds between attestations while a connection lasts.
    public var interval: Int
    /// Releases of a lower generation do not pass.
    public var minimum: UInt64

    public init(name: String, attestation: Attestation = .enforce, interval: Int = 300, minimum: UInt64 = 0) {
        self.name = name
        self.attestation = attestation
        self.interval = interval
        self.minimum = minimum
    }
}

extension Directory {
    /// Records a group, or changes it.
    public func setGroup(_ group: GroupRecord) throws(DatabaseError) {
        try RecordLimits.check(.group, group.name)
        guard (1...86400).contains(group.interval) else {
            throw .badName(.group, name: group.name, rule: "an interval lasts from 1 to 86400 seconds")
        }
        guard let minimum = Int64(exactly: group.minimum) else {
            throw .badName(.group, name: group.name, rule: "a minimum is at most \(Int64.max)")
        }
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO groups (name, attestation, interval, minimum) VALUES (?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET attestation = excluded.attestation,
                        interval = excluded.interval, minimum = excluded.minimum
                    """,
                arguments: [group.name, group.attestation.rawValue, group.interval, minimum])
        }
    }

    public func group(named name: String) throws(DatabaseError) -> GroupRecord? {
        try read { try Self.groups($0, where: "name = ?", [name]).first }
    }

    public func groups() throws(DatabaseError) -> [GroupRecord] {
        try read { try Self.groups($0, where: "true", []) }
    }

    /// Puts a terminal into a group; both must be known.
    public func setGroup(_ group: String, terminal name: String) throws(DatabaseError) {
        try write { db in
            guard try Self.groups(db, where: "name = ?", [group]).count == 1 else {
                throw DatabaseError.unknown(.group, name: group)
            }
            try db.execute(sql: "UPDATE terminals SET grp = ? WHERE name = ?", arguments: [group, name])
            guard db.changesCount > 0 else { throw DatabaseError.unknown(.terminal, name: name) }
        }
    }

    static func groups(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [GroupRecord] {
        try Row.fetchAll(db, sql: "SELECT * FROM groups WHERE \(condition) ORDER BY name", arguments: arguments).map {
            let word: String = $0["attestation"]
            let minimum: Int64 = $0["minimum"]
            guard let attestation = GroupRecord.Attestation(rawValue: word), let minimum = UInt64(exactly: minimum)
            else { throw DatabaseError.damaged(table: "groups", detail: "attestation \(word), minimum \(minimum)") }
            return GroupRecord(
                name: $0["name"], attestation: attestation, interval: $0["interval"], minimum: minimum)
        }
    }
}
