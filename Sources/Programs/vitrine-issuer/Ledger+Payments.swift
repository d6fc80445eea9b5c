internal import Database
internal import ISO8583
internal import LinuxBase
internal import PIN
internal import Secrets

extension Ledger {
    /// What is left of an entry when its request, or its reversal, comes again.
    private struct Entry {
        let number: Int64
        let account: Int64?
        let asked: [UInt8]?
        let taken: Int64
        let isReversed: Bool
        let answer: PaymentAnswer

        init(_ row: RecordRow) throws(DatabaseError) {
            number = try row.integer("number")
            account = row.optionalInteger("account")
            asked = row.optionalBytes("asked")
            taken = try row.integer("taken")
            isReversed = try row.integer("reversed") != 0
            answer = PaymentAnswer(
                response: ResponseCode(rawValue: try row.text("response")), approval: row.optionalText("approval"),
                detail: row.optionalText("detail"))
        }
    }

    /// Answers a request, once: the same again gets the same answer, and takes nothing.
    func authorise(_ request: borrowing PaymentRequest, now: Expiry) throws(DatabaseError) -> PaymentAnswer {
        let asked = request.fingerprint(keys)
        return try file.transaction { (file) throws(DatabaseError) in
            if let entry = try Self.find(request.key, file) {
                // Taken back, or to be taken back before it was asked for: it stays so.
                if entry.isReversed { return PaymentAnswer(response: .invalidTransaction) }
                return entry.asked == asked ? entry.answer : PaymentAnswer(response: .duplicate)
            }
            var (account, answer): (Int64?, PaymentAnswer) = (nil, PaymentAnswer(response: .noSuchCard))
            if let known = try self.account(request, file) {
                account = known.number
                answer = try judge(request, known, now: now, file)
            }
            try Self.enter(request, asked: asked, account: account, answer, file)
            return answer
        }
    }

    /// Takes a payment back, once. One that has not come yet will be refused when it does.
    func reverse(_ key: PaymentKey, amount: Int64, currency: String) throws(DatabaseError) {
        try file.transaction { (file) throws(DatabaseError) in
            guard let entry = try Self.find(key, file) else {
                try file.execute(
                    """
                    INSERT INTO entries (acquirer, terminal, trace, transmitted, reference, amount, currency, merchant,
                        invoice, response, taken, reversed, made) VALUES (?, ?, ?, ?, ?, ?, ?, '', '', '12', 0, 1, ?)
                    """,
                    Self.columns(key) + [
                        .integer(amount), .text(currency), .integer(Clock.secondsSince1970()),
                    ])
                return
            }
            guard !entry.isReversed else { return }
            try file.execute("UPDATE entries SET reversed = 1 WHERE number = ?", [.integer(entry.number)])
            if entry.taken > 0, let account = entry.account {
                try file.execute(
                    "UPDATE accounts SET balance = balance + ? WHERE number = ?",
                    [.integer(entry.taken), .integer(account)])
            }
        }
    }

    private func account(
        _ request: borrowing PaymentRequest, _ file: RecordTransaction
    ) throws(DatabaseError) -> Account? {
        var digits = request.account.copied()
        defer { wipe(&digits) }
        return try find(digest: keys.digest(account: digits), file)
    }

    private func judge(
        _ request: borrowing PaymentRequest, _ account: Account, now: Expiry, _ file: RecordTransaction
    ) throws(DatabaseError) -> PaymentAnswer {
        let evidence = try evidence(request, account, file)
        var judgement = Judgement(account)
        var answer = judgement.judge(evidence, now: now)
        try Self.update(judgement.account, file)
        // A block is used up, but where the same payment is asked for again with a proof besides.
        if let pin = request.pin, answer.response != .authenticationRequired {
            try file.execute(
                "INSERT OR IGNORE INTO serial_numbers (serial) VALUES (?)", [.bytes(pin.keySerialNumber)])
        }
        if answer.response == .approved {
            answer.approval = String(
                "\(1_000_000 + (Clock.secondsSince1970() &* 7919 &+ account.number) % 1_000_000)".suffix(6))
        }
        return answer
    }

    private func evidence(
        _ request: borrowing PaymentRequest, _ account: Account, _ file: RecordTransaction
    ) throws(DatabaseError) -> Evidence {
        var evidence = Evidence(
            amount: request.amount, currency: request.currency, expiry: request.expiry, pin: .nothing,
            proof: proof(request, account))
        guard let pin = request.pin, let reference = account.pinReference else { return evidence }
        let isUsed = try !file.rows(
            "SELECT 1 FROM serial_numbers WHERE serial = ?", [.bytes(pin.keySerialNumber)]
        ).isEmpty
        guard !isUsed else {
            evidence.hasBadBlock = true
            return evidence
        }
        do throws(PINError) {
            let digits = try keys.pin(pin.block, serialNumber: pin.keySerialNumber, account: request.account)
            var number = request.account.copied()
            defer { wipe(&number) }
            let given = keys.reference(pin: digits, account: number, salt: account.salt)
            evidence.pin = isSame(given, reference) ? .right : .wrong
        } catch {
            evidence.hasBadBlock = true
        }
        return evidence
    }

    private func proof(_ request: borrowing PaymentRequest, _ account: Account) -> Evidence.Shown {
        guard let rule = account.proof, var given = request.shownProof() else { return .nothing }
        var number = request.account.copied()
        defer {
            wipe(&given)
            wipe(&number)
        }
        switch rule.kind {
        case .code:
            let isOpen = account.codeIssued > account.codeUsed
            let expected = keys.oneTimeCode(account: account.digest, counter: account.codeIssued)
            return isOpen && isSame(given, expected) ? .right : .wrong
        case .identification:
            let reference = keys.reference(identification: given, account: number, salt: account.salt)
            return account.identification.map { isSame(reference, $0) } ?? false ? .right : .wrong
        }
    }

    private static func find(_ key: PaymentKey, _ file: RecordTransaction) throws(DatabaseError) -> Entry? {
        let rows = try file.rows(
            """
            SELECT * FROM entries
                WHERE acquirer = ? AND terminal = ? AND trace = ? AND transmitted = ? AND reference = ?
            """, columns(key))
        guard let row = rows.first else { return nil }
        return try Entry(row)
    }

    private static func columns(_ key: PaymentKey) -> [RecordValue] {
        [
            .text(key.acquirer), .text(key.terminal), .integer(Int64(key.traceNumber)), .text(key.transmitted),
            .text(key.reference),
        ]
    }

    private static func enter(
        _ request: borrowing PaymentRequest, asked: [UInt8], account: Int64?, _ answer: PaymentAnswer,
        _ file: RecordTransaction
    ) throws(DatabaseError) {
        let taken = answer.response == .approved ? request.amount : 0
        try file.execute(
            """
            INSERT INTO entries (acquirer, terminal, trace, transmitted, reference, account, asked, amount, currency,
                merchant, invoice, response, detail, approval, taken, made)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            columns(request.key) + [
                account.map { .integer($0) } ?? .null, .bytes(asked), .integer(request.amount),
                .text(request.currency), .text(request.merchant), .text(request.invoice),
                .text(answer.response.rawValue), answer.detail.map { .text($0) } ?? .null,
                answer.approval.map { .text($0) } ?? .null, .integer(taken), .integer(Clock.secondsSince1970()),
            ])
    }
}
