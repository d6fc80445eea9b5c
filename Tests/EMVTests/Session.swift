import EMV
import Secrets

/// What came of a reading, in a form that a test can compare. Test cards only.
enum Outcome: Equatable, CustomStringConvertible {
    case read(Account)
    case failed(CardFault)

    struct Account: Equatable {
        var pan = ""
        var track2: String?
        var expiry = ""
        var sequence: UInt8?
        var label = ""
        var aid = ""
        var masked = ""
        var hasValidCheckDigit = false
    }

    var account: Account? { if case .read(let account) = self { account } else { nil } }

    /// As the fixtures have it.
    var description: String {
        switch self {
        case .read(let card):
            "read \(card.pan) \(card.expiry) \(card.sequence.map(String.init) ?? "-") \(card.aid) \(card.label)"
        case .failed(let fault): "failed \(fault)"
        }
    }

    init(_ fault: CardFault) { self = .failed(fault) }

    init(_ card: borrowing CardData) {
        func two(_ number: UInt8) -> String { "\(number / 10)\(number % 10)" }
        var account = Account()
        account.pan = String(decoding: copy(card.pan), as: UTF8.self)
        switch card.track2 {
        case .some(let value): account.track2 = digits(copy(value))
        case .none: break
        }
        account.expiry = two(card.expiry.year) + two(card.expiry.month)
        account.sequence = card.sequenceNumber
        account.label = card.label
        account.aid = digits(card.aid)
        account.masked = card.masked
        account.hasValidCheckDigit = card.hasValidCheckDigit
        self = .read(account)
    }
}

private func copy(_ secret: borrowing SecretBytes) -> [UInt8] {
    // The bytes are copied before the closure ends.
    unsafe secret.withBytes { unsafe Array($0) }
}

/// One reading, and all that was sent.
struct Session {
    let outcome: Outcome
    let commands: [[UInt8]]

    /// `card` answers each command. It is asked no more often than the machine may ask.
    init(
        _ profile: TerminalProfile = .test, transaction: CardTransaction, card: ([UInt8], _ number: Int) -> [UInt8]
    ) {
        var commands: [[UInt8]] = []
        var reading = CardReading(profile: profile, transaction: transaction)
        var step = reading.start()
        while true {
            switch consume step {
            case .transmit(let command):
                commands.append(command.bytes)
                guard commands.count <= CardLimits.commands else {
                    (outcome, self.commands) = (.failed(.outOfTurn), commands)
                    return
                }
                step = take(card(command.bytes, commands.count), &reading)
            case .done(let card):
                (outcome, self.commands) = (Outcome(card), commands)
                return
            case .failed(let fault):
                (outcome, self.commands) = (.failed(fault), commands)
                return
            }
        }
    }
}

func take(_ response: [UInt8], _ reading: inout CardReading) -> CardStep {
    // The span ends before the array does.
    unsafe reading.take(response.span.bytes)
}
