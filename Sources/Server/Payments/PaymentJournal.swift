internal import Database
internal import ISO8583
internal import LinuxBase

/// The payments on the disk, in a file of their own beside the server's records: each commit waits for the disk here,
/// which the records need not; no operator's command can make a payment wait; and a payment's rows are kept for as long
/// as the merchant's books are, whatever becomes of sessions.
///
/// Blocks: lives on the journal's thread, but for `init`.
final class PaymentJournal: Sendable {
    private let file: RecordFile

    init(path: String) throws(DatabaseError) { file = try RecordFile(path: path, versions: Self.versions) }

    private static let versions = [
        """
        CREATE TABLE payments (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            identifier BLOB NOT NULL UNIQUE CHECK (length(identifier) = 16),
            terminal TEXT NOT NULL,
            merchant TEXT NOT NULL,
            invoice TEXT NOT NULL,
            amount INTEGER NOT NULL,
            currency TEXT NOT NULL,
            -- Six and four digits at most.
            account TEXT NOT NULL,
            made INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN
                ('intended', 'approved', 'declined', 'needs more', 'ended', 'reversing', 'reversed')),
            -- Field 39, or our own word for the end.
            response TEXT,
            -- Field 38, or what the host asks for.
            detail TEXT,
            changed INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX payments_open ON payments (number) WHERE state IN ('intended', 'reversing');
        """
    ]

    /// The payment of this identifier, which is made, with `condition`, if there is none.
    func enter(
        _ identifier: [UInt8], _ facts: PaymentFacts, as condition: PaymentRecord.Condition
    ) throws(DatabaseError) -> (record: PaymentRecord, isNew: Bool) {
        let now = Clock.secondsSince1970()
        return try file.transaction { (file) throws(DatabaseError) in
            if let known = try Self.find(identifier, file) { return (known, false) }
            let columns = Self.columns(of: condition)
            try file.execute(
                """
                INSERT INTO payments (identifier, terminal, merchant, invoice, amount, currency, account, made, state,
                    response, detail, changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .bytes(identifier), .text(facts.terminal), .text(facts.merchant), .text(facts.invoice),
                    .integer(Int64(facts.amount)), .text(facts.currency), .text(facts.account), .integer(now),
                ] + columns + [.integer(now)])
            let record = PaymentRecord(
                number: file.lastNumber, identifier: identifier, facts: facts, made: now, condition: condition)
            return (record, true)
        }
    }

    func find(_ identifier: [UInt8]) throws(DatabaseError) -> PaymentRecord? {
        try file.transaction { (file) throws(DatabaseError) in try Self.find(identifier, file) }
    }

    func change(_ number: Int64, to condition: PaymentRecord.Condition) throws(DatabaseError) {
        try file.transaction { (file) throws(DatabaseError) in
            try file.execute(
                "UPDATE payments SET state = ?, response = ?, detail = ?, changed = ? WHERE number = ?",
                Self.columns(of: condition) + [.integer(Clock.secondsSince1970()), .integer(number)])
        }
    }

    /// For a start: an intent that is found now may have been sent, and nobody knows what came of it. All of them, and
    /// what was to be reversed before, are returned as to be reversed; which is on the disk then.
    func recover() throws(DatabaseError) -> [PaymentRecord] {
        try file.transaction { (file) throws(DatabaseError) in
            try file.execute(
                "UPDATE payments SET state = 'reversing', changed = ? WHERE state = 'intended'",
                [.integer(Clock.secondsSince1970())])
            let rows = try file.rows("SELECT * FROM payments WHERE state = 'reversing' ORDER BY number")
            return try Self.records(rows)
        }
    }

    private static func find(
        _ identifier: [UInt8], _ file: RecordTransaction
    ) throws(DatabaseError) -> PaymentRecord? {
        try records(file.rows("SELECT * FROM payments WHERE identifier = ?", [.bytes(identifier)])).first
    }

    private static func columns(of condition: PaymentRecord.Condition) -> [RecordValue] {
        switch condition {
        case .intended: [.text("intended"), .null, .null]
        case .reversing: [.text("reversing"), .null, .null]
        case .reversed: [.text("reversed"), .null, .null]
        case .settled(.approved(let code)):
            [.text("approved"), .text(ResponseCode.approved.rawValue), .text(code)]
        case .settled(.declined(let code)): [.text("declined"), .text(code.rawValue), .null]
        case .settled(.needsMore(let request, let code)):
            [.text("needs more"), .text(code.rawValue), .text(request.rawValue)]
        case .settled(.ended(let reason)): [.text("ended"), .text(reason.rawValue), .null]
        }
    }

    private static func records(_ rows: [RecordRow]) throws(DatabaseError) -> [PaymentRecord] {
        var records: [PaymentRecord] = []
        for row in rows {
            let facts = PaymentFacts(
                terminal: try row.text("terminal"), merchant: try row.text("merchant"),
                invoice: try row.text("invoice"), amount: UInt64(max(try row.integer("amount"), 0)),
                currency: try row.text("currency"), account: try row.text("account"))
            records.append(
                PaymentRecord(
                    number: try row.integer("number"), identifier: try row.bytes("identifier"), facts: facts,
                    made: try row.integer("made"), condition: try condition(row)))
        }
        return records
    }

    private static func condition(_ row: RecordRow) throws(DatabaseError) -> PaymentRecord.Condition {
        let state = try row.text("state")
        let response = ResponseCode(rawValue: row.optionalText("response") ?? "")
        let detail = row.optionalText("detail") ?? ""
        switch state {
        case "intended": return .intended
        case "reversing": return .reversing
        case "reversed": return .reversed
        case "approved": return .settled(.approved(code: detail))
        case "declined": return .settled(.declined(response))
        case "needs more":
            if let request = AdditionalRequest(rawValue: detail) { return .settled(.needsMore(request, response)) }
        case "ended":
            if let reason = OwnReason(rawValue: response.rawValue) { return .settled(.ended(reason)) }
        default: break
        }
        throw .damaged(table: "payments", detail: "state \(state)")
    }
}
