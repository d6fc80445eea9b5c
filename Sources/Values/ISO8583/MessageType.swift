/// What a message is (ISO 8583:1987, message type identifier): version 0, class, function, origin.
public enum MessageType: String, Equatable, Sendable, CaseIterable {
    case authorisationRequest = "0100"
    case authorisationRepeat = "0101"
    case authorisationResponse = "0110"
    case financialRequest = "0200"
    case financialRepeat = "0201"
    case financialResponse = "0210"
    case reversalRequest = "0400"
    case reversalRepeat = "0401"
    case reversalResponse = "0410"
    case reversalAdvice = "0420"
    case reversalAdviceRepeat = "0421"
    case reversalAdviceResponse = "0430"
    case networkRequest = "0800"
    case networkRepeat = "0801"
    case networkResponse = "0810"

    /// The type that answers this one; nil for what is an answer.
    public var response: MessageType? {
        switch self {
        case .authorisationRequest, .authorisationRepeat: .authorisationResponse
        case .financialRequest, .financialRepeat: .financialResponse
        case .reversalRequest, .reversalRepeat: .reversalResponse
        case .reversalAdvice, .reversalAdviceRepeat: .reversalAdviceResponse
        case .networkRequest, .networkRepeat: .networkResponse
        case .authorisationResponse, .financialResponse, .reversalResponse, .reversalAdviceResponse, .networkResponse:
            nil
        }
    }

    /// The type of the same request sent again; itself for a repeat, nil for an answer.
    public var repeated: MessageType? {
        switch self {
        case .authorisationRequest, .authorisationRepeat: .authorisationRepeat
        case .financialRequest, .financialRepeat: .financialRepeat
        case .reversalRequest, .reversalRepeat: .reversalRepeat
        case .reversalAdvice, .reversalAdviceRepeat: .reversalAdviceRepeat
        case .networkRequest, .networkRepeat: .networkRepeat
        case .authorisationResponse, .financialResponse, .reversalResponse, .reversalAdviceResponse, .networkResponse:
            nil
        }
    }

    /// The same transaction's request, whether sent first or again.
    public var isRepeat: Bool { repeated == self }
}
