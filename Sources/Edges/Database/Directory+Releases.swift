public import FoundationEssentials
internal import GRDB

/// A maker's key that the operator trusts.
public struct ReleaseKeyRecord: Equatable, Sendable {
    public var name: String
    /// 65 bytes, uncompressed (SEC 1 §2.3.3).
    public var point: [UInt8]
    public var added: Date

    public init(name: String, point: [UInt8], added: Date) {
        self.name = name
        self.point = point
        self.added = added
    }
}

/// A release that the operator has added, in its signed envelope.
public struct ReleaseRecord: Equatable, Sendable {
    public var version: String
    public var manifest: [UInt8]
    /// SHA-256 of `manifest`, 32 bytes.
    public var digest: [UInt8]
    public var added: Date
    /// Terminals that run it are refused from then on.
    public var retired: Date?

    public init(version: String, manifest: [UInt8], digest: [UInt8], added: Date, retired: Date? = nil) {
        self.version = version
        self.manifest = manifest
        self.digest = digest
        self.added = added
        self.retired = retired
    }
}

/// The certificate of an authority that certifies TPMs.
public struct EndorsementRootRecord: Equatable, Sendable {
    public var name: String
    /// SHA-256 of the certificate's DER, 32 bytes.
    public var fingerprint: [UInt8]
    /// PEM.
    public var certificate: String
    public var added: Date

    public init(name: String, fingerprint: [UInt8], certificate: String, added: Date) {
        self.name = name
        self.fingerprint = fingerprint
        self.certificate = certificate
        self.added = added
    }
}

extension Directory {
    /// Trusts a maker's key. A name or key that is known is an error.
    public func trustReleaseKey(_ key: ReleaseKeyRecord) throws(DatabaseError) {
        try RecordLimits.check(.releaseKey, key.name)
        try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO release_keys (point, name, added) VALUES (?, ?, ?)",
                arguments: [Data(key.point), key.name, key.added.milliseconds])
            guard db.changesCount > 0 else { throw DatabaseError.exists(.releaseKey, name: key.name) }
        }
    }

    /// Trusts a maker's key no longer: its releases count for nothing. Returns whether there was one.
    public func distrustReleaseKey(named name: String) throws(DatabaseError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM release_keys WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }

    public func releaseKeys() throws(DatabaseError) -> [ReleaseKeyRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM release_keys ORDER BY name").map {
                let point: Data = $0["point"]
                return ReleaseKeyRecord(
                    name: $0["name"], point: [UInt8](point), added: Date(milliseconds: $0["added"]))
            }
        }
    }

    /// Records a release. The same bytes again change nothing; other bytes under a known version are an error. Returns
    /// whether it is new.
    public func addRelease(_ release: ReleaseRecord) throws(DatabaseError) -> Bool {
        try write { db in
            try db.execute(
                sql: "INSERT OR IGNORE INTO releases (version, manifest, digest, added) VALUES (?, ?, ?, ?)",
                arguments: [
                    release.version, Data(release.manifest), Data(release.digest), release.added.milliseconds,
                ])
            guard db.changesCount == 0 else { return true }
            guard try Self.releases(db, where: "version = ?", [release.version]).first?.digest == release.digest else {
                throw DatabaseError.exists(.release, name: release.version)
            }
            return false
        }
    }

    public func release(version: String) throws(DatabaseError) -> ReleaseRecord? {
        try read { try Self.releases($0, where: "version = ?", [version]).first }
    }

    /// The newest first.
    public func releases() throws(DatabaseError) -> [ReleaseRecord] {
        try read { try Self.releases($0, where: "true", []) }
    }

    /// Retires a release; its first date stays. Returns whether this changed anything.
    public func retireRelease(version: String, now: Date) throws(DatabaseError) -> Bool {
        try write { db in
            guard try !Self.releases(db, where: "version = ?", [version]).isEmpty else {
                throw DatabaseError.unknown(.release, name: version)
            }
            try db.execute(
                sql: "UPDATE releases SET retired = ? WHERE version = ? AND retired IS NULL",
                arguments: [now.milliseconds, version])
            return db.changesCount > 0
        }
    }

    private static func releases(
        _ db: GRDB.Database, where condition: String, _ arguments: StatementArguments
    ) throws -> [ReleaseRecord] {
        let sql = "SELECT * FROM releases WHERE \(condition) ORDER BY added DESC, version DESC"
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map {
            let (manifest, digest): (Data, Data) = ($0["manifest"], $0["digest"])
            return ReleaseRecord(
                version: $0["version"], manifest: [UInt8](manifest), digest: [UInt8](digest),
                added: Date(milliseconds: $0["added"]), retired: date($0, "retired"))
        }
    }

    /// Records an authority of TPMs. A name or certificate that is known is an error.
    public func addEndorsementRoot(_ root: EndorsementRootRecord) throws(DatabaseError) {
        try RecordLimits.check(.endorsementRoot, root.name)
        try write { db in
            try db.execute(
                sql: """
                    INSERT OR IGNORE INTO endorsement_roots (fingerprint, certificate, name, added) VALUES (?, ?, ?, ?)
                    """,
                arguments: [Data(root.fingerprint), root.certificate, root.name, root.added.milliseconds])
            guard db.changesCount > 0 else { throw DatabaseError.exists(.endorsementRoot, name: root.name) }
        }
    }

    /// Returns whether there was one.
    public func removeEndorsementRoot(named name: String) throws(DatabaseError) -> Bool {
        try write { db in
            try db.execute(sql: "DELETE FROM endorsement_roots WHERE name = ?", arguments: [name])
            return db.changesCount > 0
        }
    }

    public func endorsementRoots() throws(DatabaseError) -> [EndorsementRootRecord] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM endorsement_roots ORDER BY name").map {
                let fingerprint: Data = $0["fingerprint"]
                return EndorsementRootRecord(
                    name: $0["name"], fingerprint: [UInt8](fingerprint), certificate: $0["certificate"],
                    added: Date(milliseconds: $0["added"]))
            }
        }
    }
}
