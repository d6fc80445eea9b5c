import Launch
import Testing
import Wire

private let rest = "&currency=EUR&merchant=M&account=A&identifier=1"

@Suite struct LaunchURITests {
    @Test func `an address is read, with and without an invoice`() throws {
        #expect(try LaunchURI.parse("vitrine:wallet") == LaunchRequest(application: "wallet"))
        #expect(try LaunchURI.parse("VitRine:w-1_x.y") == LaunchRequest(application: "w-1_x.y"))
        #expect(try LaunchURI.parse("vitrine:%77allet") == LaunchRequest(application: "wallet"))
        let invoice = Invoice(
            merchant: "Café & Lumière 100%", account: "FR76", identifier: "a/b?c:d@e+f", amount: 2490, currency: "EUR")
        let text =
            "vitrine:wallet?identifier=a/b?c:d@e+f&amount=24.90&currency=EUR&account=FR76"
            + "&merchant=Caf%C3%A9%20%26%20Lumi%c3%a8re%20100%25"
        #expect(try LaunchURI.parse(text) == LaunchRequest(application: "wallet", invoice: invoice))
    }

    @Test func `hostile addresses are refused with a reason`() {
        let rows: [(String, LaunchURIProblem)] = [
            ("", .otherScheme), ("wallet", .otherScheme), ("vitrine", .otherScheme), ("vitrin:e", .otherScheme),
            ("http:wallet", .otherScheme), (" vitrine:wallet", .otherScheme), ("vitrine%3Awallet", .otherScheme),
            ("--local=vitrine:wallet", .otherScheme), ("vitr\u{131}ne:wallet", .otherScheme),
            ("vitrine:", .badApplication), ("vitrine:?amount=1" + rest, .badApplication),
            ("vitrine://wallet", .badApplication), ("vitrine:/wallet", .badApplication),
            ("vitrine:a/../b", .badApplication), ("vitrine:wal let", .badApplication),
            ("vitrine:wallet#top", .badApplication), ("vitrine:wallet\n", .badApplication),
            ("vitrine:wallet%00", .badApplication), ("vitrine:wallet%0A", .badApplication),
            ("vitrine:wallet%", .badApplication), ("vitrine:wallet%2", .badApplication),
            ("vitrine:wallet%2G", .badApplication), ("vitrine:%C0%AE", .badApplication),
            ("vitrine:w\u{E9}", .badApplication), ("vitrine:" + String(repeating: "a", count: 65), .badApplication),
            ("vitrine:wallet?", .unknownParameter), ("vitrine:wallet?amount", .unknownParameter),
            ("vitrine:wallet?amount=1" + rest + "&", .unknownParameter),
            ("vitrine:wallet?amount=1" + rest + "&tip=1", .unknownParameter),
            ("vitrine:wallet?Amount=1" + rest, .unknownParameter),
            ("vitrine:wallet?%61mount=1" + rest, .unknownParameter),
            ("vitrine:wallet?amount=1;currency=EUR", .badParameter(name: "amount")),
            ("vitrine:wallet?amount=1;x", .invoice(.missing(name: "currency"))),
            ("vitrine:wallet?amount=1&amount=1" + rest, .repeatedParameter(name: "amount")),
            ("vitrine:wallet?amount=1" + rest + "&currency=EUR", .repeatedParameter(name: "currency")),
            ("vitrine:wallet?amount=1=2" + rest, .badParameter(name: "amount")),
            ("vitrine:wallet?amount=1#x" + rest, .badParameter(name: "amount")),
            ("vitrine:wallet?amount=1%" + rest, .badParameter(name: "amount")),
            ("vitrine:wallet?merchant=a b", .badParameter(name: "merchant")),
            ("vitrine:wallet?merchant=\"a\"", .badParameter(name: "merchant")),
            ("vitrine:wallet?merchant=%FF%FE", .badParameter(name: "merchant")),
            ("vitrine:wallet?merchant=\u{E9}", .badParameter(name: "merchant")),
            ("vitrine:wallet?amount=1", .invoice(.missing(name: "currency"))),
            (
                "vitrine:wallet?amount=1&currency=EUR&merchant=a%0Ab&account=A&identifier=1",
                .invoice(.badValue(name: "merchant", expected: "text of at most 256 bytes"))
            ),
            (
                "vitrine:wallet?amount=1&currency=EUR&merchant=%E2%80%AEa&account=A&identifier=1",
                .invoice(.badValue(name: "merchant", expected: "text of at most 256 bytes"))
            ),
            (
                "vitrine:wallet?amount=1&currency=EUR&merchant=&account=A&identifier=1",
                .invoice(.badValue(name: "merchant", expected: "text of at most 256 bytes"))
            ),
            (
                "vitrine:wallet?amount=+1" + rest,
                .invoice(
                    .badValue(
                        name: "amount", expected: "a decimal number above 0 with at most 2 digits after the point"))
            ),
            ("vitrine:" + String(repeating: "a", count: 2041), .tooLong(bytes: 2049, limit: 2048)),
        ]
        for (text, problem) in rows {
            #expect(throws: problem, "\(text)") { try LaunchURI.parse(text) }
        }
    }

    @Test func `the longest invoice that the wire takes fits an address`() throws {
        let high = String(repeating: "%C3%A9", count: 128)
        let text =
            "vitrine:\(String(repeating: "%61", count: 64))?amount=9999999999.99&currency=EUR&merchant=\(high)"
            + "&account=\(String(repeating: "%41", count: 64))&identifier=\(String(repeating: "%C3%A9", count: 32))"
        let request = try LaunchURI.parse(text)
        #expect(request.invoice?.merchant.utf8.count == WireLimits.textBytes)
        #expect(request.invoice?.amount == WireLimits.amount)
    }

    @Test func `what begins like an address is taken for one`() {
        #expect(LaunchURI.isAddress("vitrine:") && LaunchURI.isAddress("VITRINE:x"))
        #expect(!LaunchURI.isAddress("vitrine") && !LaunchURI.isAddress("wallet") && !LaunchURI.isAddress(""))
    }
}
