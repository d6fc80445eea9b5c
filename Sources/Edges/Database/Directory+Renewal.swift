internal import FoundationEssentials
internal import GRDB

extension Directory {
    /// Records a renewed certificate beside the one in use. A renewal that was never used is forgotten.
    public func setNextCertificate(_ next: NextCertificate, terminal name: String) throws(DatabaseError) {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE terminals SET next_fingerprint = ?, next_serial = ?, next_certificate = ?, next_expires = ?
                    WHERE name = ?
                    """,
                arguments: [
                    Data(next.fingerprint), next.serial, next.certificate, next.expires.milliseconds, name,
                ])
            guard db.changesCount > 0 else { throw DatabaseError.unknown(.terminal, name: name) }
        }
    }

    /// The terminal came in with this certificate: when it is the renewed one, the one before is no longer good. Returns
    /// whether that changed anything.
    public func promoteCertificate(terminal name: String, fingerprint: [UInt8]) throws(DatabaseError) -> Bool {
        // Nearly always there is nothing to do, and reading disturbs nobody.
        guard try terminal(named: name)?.next?.fingerprint == fingerprint else { return false }
        return try write { db in
            try db.execute(
                sql: """
                    UPDATE terminals SET fingerprint = next_fingerprint, serial = next_serial,
                        certificate = next_certificate, expires = next_expires, next_fingerprint = NULL,
                        next_serial = NULL, next_certificate = NULL, next_expires = NULL
                    WHERE name = ? AND next_fingerprint = ?
                    """,
                arguments: [name, Data(fingerprint)])
            return db.changesCount > 0
        }
    }
}
