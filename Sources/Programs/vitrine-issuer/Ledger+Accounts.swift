internal import Database
internal import ISO8583
internal import LinuxBase
internal import Secrets

/// What somebody opens an account with.
struct NewAccount: ~Copyable {
    let digits: SecretBytes
    let expiry: Expiry
    let currency: String
    let balance, limit: Int64
    let pin: SecretBytes?
    let pinAbove: Int64?
    let proof: Account.Proof?
    let identification: [UInt8]?
}

/// A line of the ledger's accounts, for printing.
struct AccountLine {
    let masked, currency, condition: String
    let opening, balance: Int64
}

/// A line of the ledger's entries, for printing.
struct EntryLine {
    let number: Int64
    let terminal, transmitted, reference, masked, currency, response, invoice: String
    let traceNumber, amount, taken: Int64
    let isReversed: Bool
}

extension Ledger {
    func add(_ account: borrowing NewAccount) throws {
        var digits = account.digits.copied()
        defer { wipe(&digits) }
        let (digest, salt) = (keys.digest(account: digits), try Random.bytes(16))
        let pin = reference(account.pin, account: digits, salt: salt)
        let identification = account.identification.map {
            keys.reference(identification: $0, account: digits, salt: salt)
        }
        let values: [RecordValue] = [
            .bytes(digest), .text(TestAccounts.masked(digits)), .text(account.currency),
            .integer(Int64(account.expiry.year * 100 + account.expiry.month)), .integer(account.balance),
            .integer(account.balance), .integer(account.limit), .bytes(salt), pin, optional(account.pinAbove),
            account.proof.map { .text($0.kind.rawValue) } ?? .null, optional(account.proof?.above),
            identification.map { .bytes($0) } ?? .null,
        ]
        let isNew = try file.transaction { (file) throws(DatabaseError) in
            try file.execute(
                """
                INSERT OR IGNORE INTO accounts (digest, masked, currency, expiry, opening, balance, payment_limit, salt,
                    pin_reference, pin_above, proof, proof_above, identification)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, values) == 1
        }
        guard isNew else { throw Complaint("there is an account of this number already") }
    }

    private func reference(_ pin: borrowing SecretBytes?, account: [UInt8], salt: [UInt8]) -> RecordValue {
        switch pin {
        case .some(let pin): .bytes(keys.reference(pin: pin, account: account, salt: salt))
        case .none: .null
        }
    }

    private func optional(_ number: Int64?) -> RecordValue { number.map { .integer($0) } ?? .null }

    func find(digest: [UInt8], _ file: RecordTransaction) throws(DatabaseError) -> Account? {
        guard let row = try file.rows("SELECT * FROM accounts WHERE digest = ?", [.bytes(digest)]).first else {
            return nil
        }
        return try Account(row)
    }

    /// What a payment may change.
    static func update(_ account: Account, _ file: RecordTransaction) throws(DatabaseError) {
        try file.execute(
            "UPDATE accounts SET balance = ?, pin_tries = ?, proof_tries = ?, code_used = ? WHERE number = ?",
            [
                .integer(account.balance), .integer(account.pinTries), .integer(account.proofTries),
                .integer(account.codeUsed), .integer(account.number),
            ])
    }

    /// Blocks an account, or unblocks it and forgets wrong tries. False when there is none.
    func setBlocked(_ isBlocked: Bool, digest: [UInt8]) throws(DatabaseError) -> Bool {
        try file.transaction { (file) throws(DatabaseError) in
            let tries = isBlocked ? "" : ", pin_tries = 0, proof_tries = 0"
            return try file.execute(
                "UPDATE accounts SET blocked = ?\(tries) WHERE digest = ?",
                [.integer(isBlocked ? 1 : 0), .bytes(digest)]) == 1
        }
    }

    /// A new one-time code, in place of all before; nil when there is no such account.
    func issueCode(digest: [UInt8]) throws(DatabaseError) -> [UInt8]? {
        let counter = try file.transaction { (file) throws(DatabaseError) -> Int64? in
            try file.execute(
                "UPDATE accounts SET code_issued = code_issued + 1 WHERE digest = ?", [.bytes(digest)])
            return try find(digest: digest, file)?.codeIssued
        }
        return counter.map { keys.oneTimeCode(account: digest, counter: $0) }
    }

    func accountLines() throws(DatabaseError) -> [AccountLine] {
        try file.transaction { (file) throws(DatabaseError) in
            var lines: [AccountLine] = []
            for row in try file.rows("SELECT * FROM accounts ORDER BY number") {
                let account = try Account(row)
                let isStuck = account.pinTries >= Account.tries || account.proofTries >= Account.tries
                lines.append(
                    AccountLine(
                        masked: account.masked, currency: account.currency,
                        condition: account.isBlocked ? "blocked" : isStuck ? "tries" : "open",
                        opening: try row.integer("opening"), balance: account.balance))
            }
            return lines
        }
    }

    func entryLines() throws(DatabaseError) -> [EntryLine] {
        try file.transaction { (file) throws(DatabaseError) in
            let rows = try file.rows(
                """
                SELECT entries.*, accounts.masked AS masked FROM entries LEFT JOIN accounts
                    ON accounts.number = entries.account ORDER BY entries.number
                """)
            var lines: [EntryLine] = []
            for row in rows {
                lines.append(
                    EntryLine(
                        number: try row.integer("number"), terminal: try row.text("terminal"),
                        transmitted: try row.text("transmitted"), reference: try row.text("reference"),
                        masked: row.optionalText("masked") ?? "-", currency: try row.text("currency"),
                        response: try row.text("response"), invoice: try row.text("invoice"),
                        traceNumber: try row.integer("trace"), amount: try row.integer("amount"),
                        taken: try row.integer("taken"), isReversed: try row.integer("reversed") != 0))
            }
            return lines
        }
    }
}
