internal import ISO8583
internal import LinuxBase
internal import Measurements

/// One payment as the journal holds it: everything that a reversal needs after a restart, and nothing of the card but
/// its masked number.
struct PaymentRecord: Equatable, Sendable {
    enum Condition: Equatable, Sendable {
        /// On the disk before the request leaves.
        case intended
        case settled(Verdict)
        case reversing
        case reversed
    }

    /// Counts the journal's payments, from 1; never given twice.
    let number: Int64
    let identifier: [UInt8]
    let facts: PaymentFacts
    /// Seconds since 1970: field 7 of the request.
    let made: Int64
    var condition: Condition

    /// Field 11. Among a million payments no two have the same; with field 7 none of a year, with field 37 none ever.
    var traceNumber: UInt64 { UInt64((number - 1) % 999_999 + 1) }

    /// Field 37.
    var reference: String { String(repeating: "0", count: max(12 - "\(number)".utf8.count, 0)) + "\(number)" }

    var transmitted: MonthToSecond { MonthToSecond(secondsSince1970: made) }

    /// What was told, or is to be told when somebody asks again; nil while the payment is under way.
    var verdict: Verdict? {
        switch condition {
        case .intended: nil
        case .settled(let verdict): verdict
        case .reversing, .reversed: .ended(.unanswered)
        }
    }
}

/// What an order is compared by when its identifier comes again.
struct PaymentFacts: Equatable, Sendable {
    let terminal, merchant, invoice: String
    let amount: UInt64
    let currency: String
    /// See `PaymentAccount.masked`. (A hash of the whole number would tell it to whoever reads the file: with ten
    /// digits known there are a million to try.)
    let account: String
}

extension PaymentOrder {
    var facts: PaymentFacts {
        PaymentFacts(
            terminal: terminal, merchant: merchant.identifier, invoice: invoice, amount: amount, currency: currency,
            account: account.masked)
    }
}

extension MonthToSecond {
    /// In UTC.
    init(secondsSince1970 seconds: Int64) {
        let date = Clock.utc(seconds)
        let made = Self(
            month: date.month, day: date.day, hour: date.hour, minute: date.minute, second: date.second)
        guard let made else { preconditionFailure("a time of day that no calendar has") }
        self = made
    }
}
