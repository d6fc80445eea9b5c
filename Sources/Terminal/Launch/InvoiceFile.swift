internal import LinuxBase
public import Wire

/// The invoice as a merchant's till writes it, one `name = value` a line:
///
///     merchant = Café Lumière
///     account = FR7630006000011234567890189
///     identifier = 2024-0117
///     amount = 24.90
///     currency = EUR
///
/// Blank lines and lines that begin with `#` say nothing. A value may stand in double quotes.
public enum InvoiceFile {
    public static let names = ["merchant", "account", "identifier", "amount", "currency"]
    public static let byteLimit = 8192

    /// Reads foreign bytes: pure, bounded by `byteLimit`.
    public static func parse(_ bytes: [UInt8]) throws(InvoiceProblem) -> Invoice {
        guard bytes.count <= byteLimit else { throw .tooLarge(bytes: bytes.count, limit: byteLimit) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return try invoice(try assignments(in: text))
    }

    /// The invoice with these values by their `names`; texts as foreign as a file's.
    static func invoice(_ values: [String: String]) throws(InvoiceProblem) -> Invoice {
        let currency = try value("currency", values, limit: 3, expected: "three capital letters of ISO 4217")
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw .badValue(name: "currency", expected: "three capital letters of ISO 4217")
        }
        let digits = Currency.minorDigits(of: currency)
        let written = try value("amount", values, limit: 24, expected: "a decimal number")
        guard let amount = minorUnits(written, digits: digits), amount > 0, amount <= WireLimits.amount
        else {
            throw .badValue(
                name: "amount", expected: "a decimal number above 0 with at most \(digits) digits after the point")
        }
        let limit = WireLimits.textBytes
        let texts = "text of at most \(limit) bytes"
        return Invoice(
            merchant: try value("merchant", values, limit: limit, expected: texts),
            account: try value(
                "account", values, limit: WireLimits.identifierBytes,
                expected: "text of at most \(WireLimits.identifierBytes) bytes"),
            identifier: try value(
                "identifier", values, limit: WireLimits.identifierBytes,
                expected: "text of at most \(WireLimits.identifierBytes) bytes"),
            amount: amount, currency: currency)
    }

    private static func assignments(in text: String) throws(InvoiceProblem) -> [String: String] {
        let lines: [Assignments.Assignment]
        do throws(Assignments.Problem) { lines = try Assignments.parse(text) } catch {
            switch error {
            case .notAssignment(let line): throw .notAssignment(line: line)
            case .repeatedName(let line): throw .repeatedName(line: line)
            }
        }
        if let foreign = lines.first(where: { !names.contains($0.name) }) { throw .unknownName(line: foreign.line) }
        return Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0.value) })
    }

    private static func value(
        _ name: String, _ values: [String: String], limit: Int, expected: String
    ) throws(InvoiceProblem) -> String {
        guard let value = values[name] else { throw .missing(name: name) }
        guard WireText.isClean(value, bytes: 1...limit) else { throw .badValue(name: name, expected: expected) }
        return value
    }

    /// `24.90` with two digits is 2490; nil for anything but digits with at most one point, and on overflow.
    static func minorUnits(_ text: String, digits: Int) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !fraction.isEmpty, fraction.utf8.count <= digits else { return nil }
        var result: UInt64 = 0
        let padding = String(repeating: "0", count: digits - fraction.utf8.count)
        for byte in (whole + fraction + padding).utf8 {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (product, tooLarge) = result.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(byte - 0x30))
            guard !tooLarge, !overflow else { return nil }
            result = sum
        }
        return result
    }
}
