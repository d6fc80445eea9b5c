public import FoundationEssentials
internal import GRDB

/// A TPM's own time, as its statements have it.
public struct TPMClock: Equatable, Sendable {
    /// Milliseconds.
    public var clock: UInt64
    public var resetCount: UInt32
    public var restartCount: UInt32
    public var firmware: UInt64

    public init(clock: UInt64, resetCount: UInt32, restartCount: UInt32, firmware: UInt64) {
        self.clock = clock
        self.resetCount = resetCount
        self.restartCount = restartCount
        self.firmware = firmware
    }
}

/// What came of one attestation.
public struct AttestationRecord: Equatable, Sendable {
    public enum Verdict: String, Equatable, Sendable, CaseIterable {
        case passed, refused
        /// Would have been refused, had the group not asked for reports only.
        case reported
    }

    public var terminal: String
    public var at: Date
    public var verdict: Verdict
    /// Why not, or what else was noticed; empty where there was nothing.
    public var reason: String
    /// The version of the release that it runs, where that was found out.
    public var release: String?
    /// Nil where no statement of the terminal's own TPM was seen.
    public var clock: TPMClock?

    public init(
        terminal: String, at: Date, verdict: Verdict, reason: String, release: String? = nil, clock: TPMClock? = nil
    ) {
        self.terminal = terminal
        self.at = at
        self.verdict = verdict
        self.reason = reason
        self.release = release
        self.clock = clock
    }
}

extension Directory {
    /// Keeps an attestation. The newest `RecordLimits.attestations` of a terminal stay, and the one that `lastClock` tells.
    public func record(_ attestation: AttestationRecord) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO attestations
                        (terminal, at, verdict, reason, release, clock, reset_count, restart_count, firmware)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    attestation.terminal, attestation.at.milliseconds, attestation.verdict.rawValue,
                    RecordLimits.shortened(attestation.reason, to: RecordLimits.detailBytes), attestation.release,
                    attestation.clock.map { Int64(bitPattern: $0.clock) },
                    attestation.clock.map { Int64($0.resetCount) }, attestation.clock.map { Int64($0.restartCount) },
                    attestation.clock.map { Int64(bitPattern: $0.firmware) },
                ])
            // Somebody who is refused again and again must not wash away what the next judgement rests on.
            try db.execute(
                sql: """
                    DELETE FROM attestations WHERE terminal = ?1
                        AND id <= (SELECT id FROM attestations WHERE terminal = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
                        AND id <> ifnull((SELECT max(id) FROM attestations WHERE terminal = ?1 AND \(Self.accepted)), 0)
                    """,
                arguments: [attestation.terminal, RecordLimits.attestations])
        }
    }

    private static let accepted = "verdict <> 'refused' AND clock IS NOT NULL AND superseded = 0"

    /// The newest first, at most `limit`; of one terminal or of all.
    public func attestations(terminal: String?, limit: Int) throws(DatabaseError) -> [AttestationRecord] {
        try read {
            try Self.attestations($0, where: "terminal = ifnull(?, terminal)", [terminal, limit])
        }
    }

    /// What the TPM of a terminal last told, since it was enrolled, in an attestation that was not refused.
    public func lastClock(terminal: String) throws(DatabaseError) -> TPMClock? {
        try read { try Self.attestations($0, where: "terminal = ? AND \(Self.accepted)", [terminal, 1]).first?.clock }
    }

    /// The terminal has shown its activation secret. A date that is there stays.
    public func markActivated(terminal name: String, now: Date) throws(DatabaseError) {
        try write {
            try $0.execute(
                sql: "UPDATE terminals SET activated = ifnull(activated, ?) WHERE name = ?",
                arguments: [now.milliseconds, name])
        }
    }

    /// The terminal has come without its activation secret after it was accepted: whoever shows it again is refused.
    public func forgetActivation(terminal name: String) throws(DatabaseError) {
        try write {
            try $0.execute(
                sql: "UPDATE terminals SET activation = NULL WHERE name = ? AND activated IS NOT NULL",
                arguments: [name])
        }
    }

    /// `arguments` end with the limit.
    private static func attestations(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [AttestationRecord] {
        let sql = "SELECT * FROM attestations WHERE \(condition) ORDER BY id DESC LIMIT ?"
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
            let word: String = $0["verdict"]
            guard let verdict = AttestationRecord.Verdict(rawValue: word) else {
                throw DatabaseError.damaged(table: "attestations", detail: "verdict \(word)")
            }
            return AttestationRecord(
                terminal: $0["terminal"], at: Date(milliseconds: $0["at"]), verdict: verdict, reason: $0["reason"],
                release: $0["release"], clock: clock($0))
        }
    }

    private static func clock(_ row: Row) -> TPMClock? {
        guard let clock: Int64 = row["clock"], let resets: Int64 = row["reset_count"],
            let restarts: Int64 = row["restart_count"], let firmware: Int64 = row["firmware"]
        else { return nil }
        return TPMClock(
            clock: UInt64(bitPattern: clock), resetCount: UInt32(truncatingIfNeeded: resets),
            restartCount: UInt32(truncatingIfNeeded: restarts), firmware: UInt64(bitPattern: firmware))
    }
}
