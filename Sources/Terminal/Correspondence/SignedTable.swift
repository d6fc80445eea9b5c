internal import Evidence

/// A correspondence table as it arrives and is kept: the operator's signature around it. Only one whose signature
/// holds can be made from bytes; whether it is for this terminal, and newer than the one before, is asked of it.
public struct SignedTable: Equatable, Sendable {
    /// What the signature is bound to besides the table: no other signature of the operator's key can stand for one.
    public static let context = SignedEnvelope.Context.table

    public let table: CorrespondenceTable
    /// The record `table`: a COSE_Sign1 (see `SignedEnvelope`) whose payload is the encoded table.
    public let bytes: [UInt8]

    /// `verify` tells whether a signature (ES256: r and s, 32 bytes each) by the operator's key is over the message.
    public init(
        decoding bytes: [UInt8], verify: (_ message: [UInt8], _ signature: [UInt8]) -> Bool
    ) throws(TableError) {
        let envelope: SignedEnvelope
        do throws(EvidenceError) {
            envelope = try SignedEnvelope(decoding: bytes, limit: CorrespondenceLimits.tableBytes)
        } catch {
            throw .envelope(error)
        }
        // Before anything of the table is looked at.
        let message = SignedEnvelope.toBeSigned(payload: envelope.payload, context: Self.context)
        guard verify(message, envelope.signature) else { throw .signature }
        do throws(CorrespondenceError) { table = try CorrespondenceTable(decoding: envelope.payload) } catch {
            throw .table(error)
        }
        self.bytes = bytes
    }

    /// Signs a table. `sign` gives r and s, 32 bytes each, over SHA-256 of the message.
    public init<Failure: Error>(
        signing table: CorrespondenceTable, _ sign: (_ message: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let payload = table.encoded()
        let signature = try sign(SignedEnvelope.toBeSigned(payload: payload, context: Self.context))
        self.table = table
        bytes = SignedEnvelope.encode(payload: payload, signature: signature)
    }

    /// Refuses a table for another terminal, one that is not newer than `version`, the one that the terminal has (nil
    /// when it has none), and one whose logos are not all among the names of the `records` that the terminal holds.
    public func check(terminal: String, newerThan version: UInt64?, records: Set<String>) throws(TableError) {
        try check(terminal: terminal)
        if let version, table.version <= version { throw .notNewer(table.version, than: version) }
        try check(records: records)
    }

    /// Of a table that the terminal has already, at its start.
    public func check(terminal: String) throws(TableError) {
        guard table.terminal.utf8.elementsEqual(terminal.utf8) else { throw .otherTerminal(table.terminal) }
    }

    public func check(records: Set<String>) throws(TableError) {
        for row in table.rows {
            if let name = row.logoRecord, !records.contains(name) { throw .missingLogo(application: row.application) }
        }
    }
}
