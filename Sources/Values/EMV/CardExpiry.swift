/// Until when a card is good: to the end of the month. Whether that is over, the host decides.
public struct CardExpiry: Equatable, Sendable {
    /// The year's last two digits, 0…99.
    public let year: UInt8
    /// 1…12.
    public let month: UInt8

    /// Nil for a year or month outside those.
    public init?(year: UInt8, month: UInt8) {
        guard year <= 99, (1...12).contains(month) else { return nil }
        self.year = year
        self.month = month
    }
}
