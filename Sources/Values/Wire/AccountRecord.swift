/// An account that was recorded before (patent §0121): stored data of this name, `DIGITS=YYMM` or the digits alone.
public enum AccountRecord {
    public static let name = "payment-account"

    /// ASCII digits of the account; nil where that is no such record.
    public static func digits(_ bytes: [UInt8]) -> [UInt8]? { parse(bytes)?.digits }

    public static func parse(_ bytes: [UInt8]) -> (digits: [UInt8], expiry: CardDate?)? {
        let parts = bytes.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), WireLimits.accountDigits.contains(parts[0].count),
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        guard parts.count == 2 else { return (Array(parts[0]), nil) }
        let date = parts[1].map { UInt64($0 - 0x30) }
        guard date.count == 4,
            let expiry = CardDate(year: date[0] * 10 + date[1], month: date[2] * 10 + date[3])
        else { return nil }
        return (Array(parts[0]), expiry)
    }
}
