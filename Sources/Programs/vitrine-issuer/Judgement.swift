internal import ISO8583

/// What a payment asks and has to show, everything secret already compared: see `Ledger.evidence`.
struct Evidence: Equatable, Sendable {
    enum Shown: Equatable, Sendable {
        case nothing, right, wrong
    }
    let amount: Int64
    let currency: String
    let expiry: Expiry?
    var pin: Shown
    /// A PIN block was there that is none.
    var hasBadBlock = false
    var proof: Shown
}

/// Whether an account pays. Pure; the first rule that is broken decides, and what would tell a stranger most comes
/// last: the balance behind the PIN.
struct Judgement {
    private(set) var account: Account

    init(_ account: Account) { self.account = account }

    /// The answer; `account` is then as the ledger is to have it.
    mutating func judge(_ evidence: Evidence, now: Expiry) -> PaymentAnswer {
        if let refusal = refuseCard(evidence, now: now) ?? checkPIN(evidence) ?? refuseMoney(evidence)
            ?? checkProof(evidence)
        {
            return refusal
        }
        account.balance -= evidence.amount
        return PaymentAnswer(response: .approved)
    }

    private func refuseCard(_ evidence: Evidence, now: Expiry) -> PaymentAnswer? {
        if account.isBlocked || account.proofTries >= Account.tries { return PaymentAnswer(response: .restrictedCard) }
        if account.pinTries >= Account.tries { return PaymentAnswer(response: .tooManyPINs) }
        let isOver = (account.expiry.year, account.expiry.month) < (now.year, now.month)
        // A number that was typed in may come without its date.
        if isOver || evidence.expiry.map({ $0 != account.expiry }) ?? false {
            return PaymentAnswer(response: .expiredCard)
        }
        if evidence.currency != account.currency { return PaymentAnswer(response: .invalidTransaction) }
        return nil
    }

    private mutating func checkPIN(_ evidence: Evidence) -> PaymentAnswer? {
        if evidence.hasBadBlock { return PaymentAnswer(response: .securityViolation) }
        switch evidence.pin {
        case .right:
            account.pinTries = 0
            return nil
        case .wrong:
            account.pinTries += 1
            return PaymentAnswer(response: account.pinTries >= Account.tries ? .tooManyPINs : .wrongPIN)
        case .nothing:
            let isAsked = account.pinAbove.map { evidence.amount > $0 } ?? false
            return isAsked ? PaymentAnswer(response: .pinRequired) : nil
        }
    }

    private func refuseMoney(_ evidence: Evidence) -> PaymentAnswer? {
        if evidence.amount > account.limit { return PaymentAnswer(response: .limitExceeded) }
        if evidence.amount > account.balance { return PaymentAnswer(response: .notEnoughMoney) }
        return nil
    }

    private mutating func checkProof(_ evidence: Evidence) -> PaymentAnswer? {
        guard let rule = account.proof, evidence.amount > rule.above else { return nil }
        switch evidence.proof {
        case .right:
            account.proofTries = 0
            if rule.kind == .code { account.codeUsed = account.codeIssued }
            return nil
        case .wrong:
            account.proofTries += 1
            if account.proofTries >= Account.tries { return PaymentAnswer(response: .restrictedCard) }
            return PaymentAnswer(response: .authenticationRequired, detail: rule.kind.name)
        case .nothing: return PaymentAnswer(response: .authenticationRequired, detail: rule.kind.name)
        }
    }
}
