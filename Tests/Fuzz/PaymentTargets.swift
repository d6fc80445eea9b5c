import FuzzKit
import ISO8583
import Payments
import Secrets

/// What the server's side of a payment reads: cards' tracks from terminals, answers from the bank's host.
enum PaymentTargets {
    static let all = [track2, hostAnswer]

    private static func track(_ digits: String) -> [UInt8] { bytes(hexadecimal: digits) ?? [] }

    /// An account is accepted with 8 to 19 digits only, and shows ten of them at most.
    static let track2 = FuzzTarget(
        name: "payment-track2",
        corpus: [
            track("4000001234567899D30122010000000000000F"), track("4000001234567899D3012201"),
            track("40000012D3012F"), track("4000001234567899123D301220100000000F"),
        ], limit: 40
    ) { input in
        do throws(OrderError) {
            let account = try PaymentAccount(track2Equivalent: SecretBytes(copying: input))
            let shown = account.masked.unicodeScalars.count { $0.properties.numericType == .decimal }
            return shown == 4 || shown == 10 ? .accepted : .broken("\(shown) digits are shown")
        } catch {
            return error == .badTrack2 || error == .badAccount ? .refused : .broken("another error: \(error)")
        }
    }

    private static func answer(_ type: MessageType, _ code: String, _ change: (inout Message) throws -> Void) -> [UInt8]
    {
        var message = Message(type)
        do {
            try message.put(.amount, 2490)
            try message.put(.transmitted, MonthToSecond(month: 1, day: 1, hour: 0, minute: 0, second: 0)!)
            try message.put(.traceNumber, 1)
            try message.put(.terminal, "T-1000")
            try message.put(.responseCode, ResponseCode(rawValue: code))
            try message.put(.currency, "EUR")
            try change(&message)
            return try message.encoded()
        } catch {
            preconditionFailure("a sample that is no message: \(error)")
        }
    }

    /// Nothing but an answer to this payment with code 00 approves it.
    static let hostAnswer = FuzzTarget(
        name: "payment-host-answer",
        corpus: [
            answer(.financialResponse, "00") { try $0.put(.approvalCode, "A1B2C3") },
            answer(.financialResponse, "51") { _ in }, answer(.reversalAdviceResponse, "00") { _ in },
            answer(.financialResponse, "1A") { try $0.set(44, Array("CODE".utf8)) },
        ]
    ) { input in
        do throws(MessageError) {
            switch try HostAnswer.meaning(input) {
            case .approved:
                let message = try Message(decoding: input)
                let isRight =
                    message.type == .financialResponse && message[.responseCode] == .approved
                    && message[.traceNumber] == 1 && message[.amount].map { $0 == 2490 } ?? true
                return isRight ? .accepted : .broken("approved by what is no approval")
            case .other, .acknowledged, .nothing: return .accepted
            }
        } catch {
            return .refused
        }
    }
}
