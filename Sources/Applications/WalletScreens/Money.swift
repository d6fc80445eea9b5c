internal import Wire

/// An amount as people read it: "1 234.50" and "EUR".
public struct Money: Equatable, Sendable {
    public let text: String
    public let currency: String

    public init(minorUnits: UInt64, currency: String) {
        self.currency = currency
        let places = Currency.minorDigits(of: currency)
        var digits = String(minorUnits)
        while digits.utf8.count <= places { digits = "0" + digits }
        let fraction = digits.suffix(places)
        var whole = ""
        for (index, digit) in digits.dropLast(places).reversed().enumerated() {
            // A narrow no-break space: neither comma nor point, which mean opposite things in different countries.
            if index > 0 && index.isMultiple(of: 3) { whole = "\u{202F}" + whole }
            whole = String(digit) + whole
        }
        text = places == 0 ? whole : whole + "." + fraction
    }
}

/// An account number in groups of four, as on paper; one that has spaces already stays as it is.
func grouped(_ account: String) -> String {
    guard !account.contains(" "), account.count > 8 else { return account }
    var result = ""
    for (index, character) in account.enumerated() {
        if index > 0 && index.isMultiple(of: 4) { result.append(" ") }
        result.append(character)
    }
    return result
}
