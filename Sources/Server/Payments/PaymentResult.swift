public import ISO8583

/// What a host asks for before it says yes.
public enum AdditionalRequest: String, Equatable, Sendable, CaseIterable {
    case pin
    case oneTimeCode = "code"
    case identification
}

/// What became of a payment. There is no "unknown": a payment whose answer did not come is taken back and declined.
public enum PaymentResult: Equatable, Sendable {
    /// The money is taken, once. `reference` is field 37, twelve digits; `approvalCode` field 38, may be empty.
    case approved(reference: String, approvalCode: String)
    /// No money is taken, or what was taken goes back. `reason` is for the cardholder; `code` is field 39, nil where it
    /// was not the host that said so.
    case declined(reason: String, code: ResponseCode?)
    /// No money is taken. Ask for it and send a new order, with a new identifier.
    case needsMore(AdditionalRequest, code: ResponseCode)
}

extension ResponseCode {
    /// "PIN data required", as Visa and Mastercard use 70.
    public static let pinRequired = ResponseCode(rawValue: "70")
    /// "Additional customer authentication required" (Visa, American Express). Field 44 says which: `CODE`,
    /// `IDENTIFICATION`, `PIN`; without it a one-time code is meant.
    public static let authenticationRequired = ResponseCode(rawValue: "1A")
    public static let limitExceeded = ResponseCode(rawValue: "61")
    public static let restrictedCard = ResponseCode(rawValue: "62")
}

/// Why a payment ended without a host's answer.
enum OwnReason: String, Equatable, Sendable, CaseIterable {
    /// It was sent, no answer came in time, and a reversal follows.
    case unanswered
    /// It was never sent.
    case unreachable
    case busy
    /// What was asked for under this identifier before was something else.
    case different
    case journal
    case closing

    var words: String {
        switch self {
        case .unanswered: "The bank did not answer. Nothing was charged."
        case .unreachable: "The bank cannot be reached. Nothing was charged."
        case .busy: "Too many payments at the moment. Nothing was charged. Please try again."
        case .different: "This payment was asked for differently before. Nothing more was charged."
        case .journal, .closing: "Payments are not possible at the moment. Nothing was charged."
        }
    }
}

/// A result as the journal holds it and as machines compare it.
enum Verdict: Equatable, Sendable {
    case approved(code: String)
    case declined(ResponseCode)
    case needsMore(AdditionalRequest, ResponseCode)
    case ended(OwnReason)

    func result(reference: String) -> PaymentResult {
        switch self {
        case .approved(let code): .approved(reference: reference, approvalCode: code)
        case .declined(let code): .declined(reason: Self.words(for: code), code: code)
        case .needsMore(let request, let code): .needsMore(request, code: code)
        case .ended(let reason): .declined(reason: reason.words, code: nil)
        }
    }

    /// ISO 8583:1987 field 39, for a cardholder.
    static func words(for code: ResponseCode) -> String {
        switch code {
        case .noSuchCard: "The bank does not know this card."
        case .notEnoughMoney: "There is not enough money in the account."
        case .expiredCard: "The card has expired."
        case .wrongPIN: "The PIN is wrong."
        case .tooManyPINs: "The PIN was wrong too often. The card is blocked for payments with PIN."
        case .limitExceeded: "The amount is above the card's limit."
        case .restrictedCard: "The card is blocked."
        case .referToIssuer, .doNotHonour: "The bank declined. Please ask your bank."
        case .issuerUnavailable: "The bank is not available. Nothing was charged."
        default: "The bank declined. Nothing was charged."
        }
    }
}
