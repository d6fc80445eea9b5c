internal import ISO8583
internal import Secrets

/// The messages of a payment. What a name has that its field cannot hold becomes `?`, and what is too long is cut off:
/// a name must not keep anybody from paying.
struct PaymentMessages: Sendable {
    /// Field 32, up to eleven digits.
    let acquirer: String

    /// 0200 (or 0201), encoded. Holds the account: the caller wipes it.
    func request(_ order: borrowing PaymentOrder, _ record: PaymentRecord, isRepeat: Bool) throws(MessageError)
        -> [UInt8]
    {
        var message = try head(isRepeat ? .financialRepeat : .financialRequest, record)
        try message.put(.account, order.account.digits.copied())
        if let expiry = order.account.expiry { try message.put(.expiry, expiry) }
        if let track2 = Self.copied(order.account.track2) { try message.put(.track2, track2) }
        try message.putLocal(record.transmitted)
        // The third digit: this terminal can take a PIN.
        try message.put(.entryMode, order.entry.rawValue + "1")
        try message.put(.conditionCode, "00")
        try message.put(.merchantName, Self.fitting(order.merchant.name, 40))
        try message.set(62, Array(Self.fitting(order.invoice, 99).utf8))
        if let proof = Self.copied(order.proof) { try message.set(60, proof) }
        if let pin = order.pin { try message.put(.pinData, pin) }
        return try message.encoded()
    }

    private static func copied(_ secret: borrowing SecretBytes?) -> [UInt8]? {
        switch secret {
        case .some(let secret): secret.copied()
        case .none: nil
        }
    }

    /// 0420 (or 0421). Names its payment by field 90, not by the account, which nobody remembers.
    func reversal(of record: PaymentRecord, isRepeat: Bool) throws(MessageError) -> [UInt8] {
        var message = try head(isRepeat ? .reversalAdviceRepeat : .reversalAdvice, record)
        // "Response received too late": why.
        try message.put(.responseCode, ResponseCode(rawValue: "68"))
        try message.put(
            .original,
            OriginalData(
                type: .financialRequest, traceNumber: record.traceNumber, transmitted: record.transmitted,
                acquirer: acquirer))
        return try message.encoded()
    }

    /// 0800: sign on (001) or echo (301).
    func network(_ code: UInt64, traceNumber: UInt64, now: Int64) throws(MessageError) -> [UInt8] {
        var message = Message(.networkRequest)
        try message.put(.transmitted, MonthToSecond(secondsSince1970: now))
        try message.put(.traceNumber, traceNumber)
        try message.put(.acquirer, acquirer)
        try message.put(.networkCode, code)
        return try message.encoded()
    }

    /// What the request and its reversal have in common, fields 7 and 37 too: it is by fields 7, 11, 32, 37 and 41 that
    /// a host knows the payment again.
    private func head(_ type: MessageType, _ record: PaymentRecord) throws(MessageError) -> Message {
        var message = Message(type)
        try message.put(.processingCode, "000000")
        try message.put(.amount, record.facts.amount)
        try message.put(.transmitted, record.transmitted)
        try message.put(.traceNumber, record.traceNumber)
        try message.put(.acquirer, acquirer)
        try message.put(.retrievalReference, record.reference)
        try message.put(.terminal, Self.terminal(record.facts.terminal))
        try message.put(.merchant, Self.fitting(record.facts.merchant, 15))
        try message.put(.currency, record.facts.currency)
        return message
    }

    /// A terminal's name in eight characters: itself where it fits, else its end.
    static func terminal(_ name: String) -> String {
        String(fitting(name, .max).suffix(8).map { $0 == " " ? "-" : $0 })
    }

    static func fitting(_ text: String, _ count: Int) -> String {
        String(
            decoding: text.unicodeScalars.prefix(count).map {
                (0x20...0x7E).contains($0.value) ? UInt8($0.value) : 0x3F
            },
            as: UTF8.self)
    }

    /// What an answer to a payment's request says; nil when it is not that payment's answer. An approval of another
    /// amount is none: the payment then goes without an answer, and is taken back.
    static func verdict(_ answer: Message, for record: PaymentRecord) -> Verdict? {
        guard answer.type == .financialResponse, answer[.traceNumber] == record.traceNumber,
            answer[.transmitted] == record.transmitted,
            answer[.terminal].map({ $0 == terminal(record.facts.terminal) }) ?? true,
            let code = answer[.responseCode]
        else { return nil }
        switch code {
        case .approved:
            guard answer[.amount].map({ $0 == record.facts.amount }) ?? true,
                answer[.currency].map({ $0 == record.facts.currency }) ?? true
            else { return nil }
            return .approved(code: answer[.approvalCode] ?? "")
        case .pinRequired: return .needsMore(.pin, code)
        case .authenticationRequired: return .needsMore(request(in: answer), code)
        default: return .declined(code)
        }
    }

    private static func request(in answer: Message) -> AdditionalRequest {
        switch answer[44].map({ String(decoding: $0, as: UTF8.self) }) {
        case "IDENTIFICATION": .identification
        case "PIN": .pin
        default: .oneTimeCode
        }
    }

    /// Whether 0430 ends the reversal: done, nothing to take back, or taken back before. With any other code the host
    /// has not taken it in, and is asked again.
    static func isAcknowledgement(_ answer: Message) -> Bool {
        guard answer.type == .reversalAdviceResponse, let code = answer[.responseCode] else { return false }
        return [.approved, .noSuchOriginal, .duplicate].contains(code)
    }
}
