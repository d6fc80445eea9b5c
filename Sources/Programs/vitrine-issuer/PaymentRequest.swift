internal import ISO8583
internal import Secrets

/// What a payment is known by: fields 32, 41, 11, 7, 37.
struct PaymentKey: Equatable, Sendable {
    let acquirer, terminal: String
    let traceNumber: UInt64
    let transmitted: String
    let reference: String

    /// Of a request.
    init(_ message: Message) throws(MessageError) {
        try self.init(
            message, traceNumber: message.require(.traceNumber), transmitted: message.require(.transmitted))
    }

    /// Of what a reversal is about: field 90, and 32, 37 and 41 of its own.
    init(reversedBy message: Message) throws(MessageError) {
        let original = try message.require(.original)
        guard original.type == .financialRequest, original.acquirer == (try message.require(.acquirer)) else {
            throw .badContent(field: 90)
        }
        try self.init(message, traceNumber: original.traceNumber, transmitted: original.transmitted)
    }

    private init(_ message: Message, traceNumber: UInt64, transmitted: MonthToSecond) throws(MessageError) {
        acquirer = try message.require(.acquirer)
        terminal = try message.require(.terminal)
        reference = try message.require(.retrievalReference)
        self.traceNumber = traceNumber
        self.transmitted = [
            transmitted.month, transmitted.day, transmitted.hour, transmitted.minute, transmitted.second,
        ].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined()
    }
}

/// 0200 or 0201, read.
struct PaymentRequest: ~Copyable {
    let key: PaymentKey
    let account: SecretBytes
    let expiry: Expiry?
    let amount: Int64
    let currency: String
    let merchant, invoice: String
    let pin: PINData?
    let proof: SecretBytes?

    init(_ message: Message) throws(MessageError) {
        let expiry = message[14] == nil ? nil : try message.require(.expiry)
        let pin = message[110] == nil ? nil : try message.require(.pinData)
        let amount = try message.require(.amount)
        guard amount > 0 else { throw .badContent(field: 4) }
        let currency = Currency.letters(try message.require(.currency))
        let key = try PaymentKey(message)
        var digits = try message.require(.account)
        defer { wipe(&digits) }
        guard (8...19).contains(digits.count) else { throw .badContent(field: 2) }
        self.key = key
        self.expiry = expiry
        self.amount = Int64(amount)
        self.currency = currency
        self.pin = pin
        merchant = message[.merchant] ?? ""
        invoice = String(decoding: message[62] ?? [], as: UTF8.self)
        account = SecretBytes(copying: digits)
        proof = message[60].map { SecretBytes(copying: $0) }
    }

    /// Field 60; the caller wipes it.
    borrowing func shownProof() -> [UInt8]? {
        switch proof {
        case .some(let proof): proof.copied()
        case .none: nil
        }
    }

    /// What a repeat must have in common with what it repeats.
    func fingerprint(_ keys: IssuerKeys) -> [UInt8] {
        var digits = account.copied()
        defer { wipe(&digits) }
        return keys.digest(account: digits + Array("/\(amount)/\(currency)".utf8))
    }
}

/// ISO 4217: field 49 has letters or digits.
enum Currency {
    private static let numbers = ["978": "EUR", "840": "USD", "826": "GBP", "756": "CHF", "392": "JPY"]
    static func letters(_ code: String) -> String { numbers[code] ?? code }
}

/// What the ledger says.
struct PaymentAnswer: Equatable, Sendable {
    let response: ResponseCode
    /// Field 38.
    var approval: String?
    /// Field 44.
    var detail: String?
}

extension ResponseCode {
    static let limitExceeded = ResponseCode(rawValue: "61")
    static let restrictedCard = ResponseCode(rawValue: "62")
    /// A PIN block that does not decipher, or one that was used before.
    static let securityViolation = ResponseCode(rawValue: "63")
    static let pinRequired = ResponseCode(rawValue: "70")
    static let authenticationRequired = ResponseCode(rawValue: "1A")
}
