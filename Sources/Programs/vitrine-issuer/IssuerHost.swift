internal import Database
internal import ISO8583
internal import LinuxBase
internal import Logging

/// Messages in, answers out. Lives on the ledger's thread.
struct IssuerHost: Sendable {
    let ledger: Ledger
    let log: Logger

    /// Field 2 is not echoed: who asked knows the account.
    private static let echoed = [3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49]

    /// The answer to a payment or a reversal; nil where none can be given: what the ledger could not write down is not
    /// answered, or a restart might know it otherwise.
    func answer(_ message: Message) -> Message? {
        guard var answer = message.answer(echoing: Self.echoed) else {
            log.warning("not a request", metadata: ["type": "\(message.type.rawValue)"])
            return nil
        }
        do {
            let result = try result(message)
            try answer.put(.responseCode, result.response)
            if let approval = result.approval { try answer.put(.approvalCode, approval) }
            if let detail = result.detail { try answer.set(44, Array(detail.utf8)) }
            log.info(
                "answered",
                metadata: ["type": "\(answer.type.rawValue)", "response": "\(result.response.rawValue)"])
            return answer
        } catch let error as DatabaseError {
            log.error("the ledger fails: no answer", metadata: ["error": "\(error)"])
            return nil
        } catch {
            log.warning("a request that cannot be read", metadata: ["error": "\(error)"])
            // 30 fits.
            try? answer.put(.responseCode, .formatError)
            return answer
        }
    }

    private func result(_ message: Message) throws -> PaymentAnswer {
        switch message.type {
        case .financialRequest, .financialRepeat:
            return try ledger.authorise(try PaymentRequest(message), now: Self.month())
        case .reversalAdvice, .reversalAdviceRepeat:
            let amount = try message.require(.amount)
            let currency = Currency.letters(try message.require(.currency))
            try ledger.reverse(
                try PaymentKey(reversedBy: message), amount: Int64(amount), currency: currency)
            return PaymentAnswer(response: .approved)
        default: return PaymentAnswer(response: .invalidTransaction)
        }
    }

    /// This month, in UTC.
    private static func month() -> Expiry {
        let date = Clock.utcDate()
        guard let now = Expiry(year: date.year % 100, month: date.month) else {
            preconditionFailure("a calendar without months")
        }
        return now
    }
}
