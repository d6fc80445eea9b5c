package import ISO8583

/// What a gateway makes of bytes from the host, for whoever wants to try bytes on it without a host.
package enum HostAnswer {
    package enum Meaning: Equatable, Sendable {
        case approved, other
        case acknowledged
        case nothing
    }

    /// As an answer to one payment: field 4 2490, 7 0101000000, 11 1, 41 `T-1000`, 49 `EUR`.
    package static func meaning(_ bytes: [UInt8]) throws(MessageError) -> Meaning {
        let message = try Message(decoding: bytes)
        if PaymentMessages.isAcknowledgement(message) { return .acknowledged }
        switch PaymentMessages.verdict(message, for: sample) {
        case .approved?: return .approved
        case nil: return .nothing
        default: return .other
        }
    }

    private static let sample = PaymentRecord(
        number: 1, identifier: [],
        facts: PaymentFacts(
            terminal: "T-1000", merchant: "M-1", invoice: "", amount: 2490, currency: "EUR", account: "…7899"),
        made: 0, condition: .intended)
}
