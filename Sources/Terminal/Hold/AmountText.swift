internal import Wire

/// Amounts as people read them.
enum AmountText {
    /// `1 234.50 EUR`, with the currency's number of digits and no-break spaces.
    static func text(_ invoice: Invoice) -> String {
        let digits = Currency.minorDigits(of: invoice.currency)
        var figures = String(invoice.amount)
        if figures.utf8.count <= digits {
            figures = String(repeating: "0", count: digits + 1 - figures.utf8.count) + figures
        }
        let whole = figures.dropLast(digits)
        var grouped = ""
        for (place, figure) in whole.enumerated() {
            if place > 0, (whole.count - place) % 3 == 0 { grouped += "\u{A0}" }
            grouped.append(figure)
        }
        let fraction = digits == 0 ? "" : "." + figures.suffix(digits)
        return "\(grouped)\(fraction)\u{A0}\(invoice.currency)"
    }
}
