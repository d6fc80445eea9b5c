/// The payment that a card is read for. A card may ask for these in its PDOL.
public struct CardTransaction: Equatable, Sendable {
    /// In the currency's minor unit, at most twelve digits.
    public let amount: UInt64
    /// ISO 4217, numeric: 978 for the euro.
    public let currency: UInt16
    /// The terminal's date: years since 2000.
    public let year: UInt8
    public let month: UInt8
    public let day: UInt8
    /// Four random bytes, new for each reading.
    public let unpredictable: [UInt8]

    /// Nil for an amount of more than twelve digits, a currency of more than three, a date that no calendar has (a
    /// month has 31 days here), or other than four unpredictable bytes.
    public init?(amount: UInt64, currency: UInt16, year: UInt8, month: UInt8, day: UInt8, unpredictable: [UInt8]) {
        guard amount <= 999_999_999_999, currency <= 999, year <= 99, (1...12).contains(month), (1...31).contains(day),
            unpredictable.count == 4
        else { return nil }
        self.amount = amount
        self.currency = currency
        self.year = year
        self.month = month
        self.day = day
        self.unpredictable = unpredictable
    }

    func value(_ tag: CardTag) -> TerminalValue? {
        switch tag {
        case 0x81: TerminalValue((0..<4).map { UInt8(truncatingIfNeeded: min(amount, 0xFFFF_FFFF) >> (24 - 8 * $0)) })
        case 0x9F02: TerminalValue(digits: amount, bytes: 6)
        case 0x9F03: TerminalValue(digits: 0, bytes: 6)
        case 0x5F2A: TerminalValue(digits: UInt64(currency), bytes: 2)
        case 0x9A: TerminalValue(digits: (UInt64(year) * 100 + UInt64(month)) * 100 + UInt64(day), bytes: 3)
        case 0x9F37: TerminalValue(unpredictable)
        default: nil
        }
    }
}
