import Launch
import Testing
import Wire

private let good = """
    # from the till
    merchant = Café Lumière
    account = FR7630006000011234567890189
    identifier = "2024-0117"
    amount = 24.90
    currency = EUR

    """

@Suite struct InvoiceFileTests {
    private func parse(_ text: String) throws(InvoiceProblem) -> Invoice { try InvoiceFile.parse(Array(text.utf8)) }

    @Test func `an invoice is read, whatever its line ends and spaces`() throws {
        let invoice = Invoice(
            merchant: "Café Lumière", account: "FR7630006000011234567890189", identifier: "2024-0117", amount: 2490,
            currency: "EUR")
        #expect(try parse(good) == invoice)
        #expect(try parse(good.split(separator: "\n").joined(separator: "\r\n")) == invoice)
        #expect(try parse(good.split(separator: "\n").map { "\t\($0) " }.joined(separator: "\n")) == invoice)
    }

    @Test(arguments: [
        ("24.90", "EUR", 2490), ("24", "EUR", 2400), ("24.9", "EUR", 2490), ("0.01", "EUR", 1), ("500", "JPY", 500),
        ("1.234", "KWD", 1234), ("9999999999.99", "EUR", 999_999_999_999),
    ]) func `amounts are exact`(text: String, currency: String, amount: UInt64) throws {
        let file = good.replacing("24.90", with: text).replacing("EUR", with: currency)
        #expect(try parse(file).amount == amount)
    }

    @Test(arguments: [
        "0", "0.00", "-1", "+1", "1,50", "1.505", ".5", "5.", "1.2.3", "1e3", "٣", "", "10000000000.00",
        "99999999999999999999999",
    ]) func `what is no amount is refused`(text: String) {
        #expect(throws: InvoiceProblem.self) { try parse(good.replacing("24.90", with: text)) }
    }

    @Test func `each mistake is named with its line or its name`() {
        let rows: [(String, InvoiceProblem)] = [
            (good.replacing("amount", with: "total"), .unknownName(line: 5)),
            (good + "amount = 1\n", .repeatedName(line: 7)),
            (good + "what\n", .notAssignment(line: 7)),
            (good.replacing("currency = EUR", with: ""), .missing(name: "currency")),
            (
                good.replacing("EUR", with: "eur"),
                .badValue(name: "currency", expected: "three capital letters of ISO 4217")
            ),
            (
                good.replacing("Café Lumière", with: "a\u{202E}b"),
                .badValue(name: "merchant", expected: "text of at most 256 bytes")
            ),
            (String(repeating: "#\n", count: 5000), .tooLarge(bytes: 10000, limit: 8192)),
        ]
        for (text, problem) in rows { #expect(throws: problem) { try parse(text) } }
        #expect(throws: InvoiceProblem.notText) { try InvoiceFile.parse([0xFF, 0xFE]) }
    }
}
