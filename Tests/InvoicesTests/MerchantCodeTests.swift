import Invoices
import Testing
import Wire

@Suite struct MerchantCodeTests {
    private func read(_ name: String) throws -> CodedInvoice { try MerchantCode.invoice(from: try code(named: name)) }

    @Test func `the specification's own code is read`() throws {
        let invoice = try read("specification")
        #expect(invoice.merchant == "BEST TRANSPORT" && invoice.city == "BEIJING" && invoice.country == "CN")
        #expect(invoice.account == "D15600000000/A93FO3230Q")
        #expect(invoice.amount == 2372 && invoice.currency == "CNY" && invoice.tip == .prompt)
        // Neither a bill's number nor a reference: 62 asks the payer for store and customer.
        #expect(invoice.identifier == "")
        #expect(
            invoice.local == CodedInvoice.LocalName(language: "ZH", merchant: "最佳运输", city: "北京"))
    }

    @Test func `a code of a payment system in use is read`() throws {
        let invoice = try read("brcode")
        #expect(invoice.merchant == "T'Challa" && invoice.city == "Sao Paulo" && invoice.country == "BR")
        #expect(invoice.account == "br.gov.bcb.pix/a629532e-7693-4846-852d-1bbff817b5a8")
        #expect(invoice.identifier == "12345" && invoice.amount == 1000 && invoice.currency == "BRL")
        #expect(invoice.tip == nil && invoice.local == nil)
    }

    @Test func `the examples of the guidance are read`() throws {
        let expected = CodedInvoice(
            merchant: "ABC Hammers", account: "4000123456789012", identifier: "", amount: 1000, currency: "USD",
            tip: nil, city: "New York", country: "US", local: nil)
        func with(_ change: (inout CodedInvoice) -> Void) -> CodedInvoice {
            var invoice = expected
            change(&invoice)
            return invoice
        }
        #expect(try read("guidance: base") == with { $0.amount = nil })
        #expect(try read("guidance: amount") == expected)
        // Visa's account is the lower data object, and so the one that counts.
        #expect(try read("guidance: two networks") == expected)
        #expect(try read("guidance: fixed fee") == with { $0.tip = .fixed(1025) })
        #expect(try read("guidance: percentage") == with { $0.tip = .percent(300) })
        #expect(try read("guidance: tip") == with { $0.tip = .prompt })
        #expect(try read("own: point") == with { $0.amount = 9800 })
        let bill = try read("own: bill")
        #expect(bill.merchant == "Café Lumière" && bill.identifier == "2026-0117" && bill.amount == 2490)
        #expect(bill.account == "fr.example/FR7630006000011234567890189")
    }

    @Test func `published codes that break the rules are refused by name`() throws {
        for (error, text) in try codes("codes-refused.txt") {
            #expect(problem(text).map { "\($0)" } == error)
        }
    }

    @Test func `any changed character is refused`() throws {
        for name in ["specification", "brcode", "own: bill"] {
            let scalars = Array(try code(named: name).unicodeScalars)
            for index in scalars.indices {
                var changed = String.UnicodeScalarView(scalars)
                let place = changed.index(changed.startIndex, offsetBy: index)
                changed.replaceSubrange(place...place, with: [scalars[index] == "1" ? "2" : "1"])
                // Of the checksum's digits too; nothing else is looked at before it but the first six characters.
                let error = problem(String(changed))
                #expect(error == (index < 6 ? .notMerchantCode : error) && error != nil, "\(name), \(index)")
            }
        }
    }

    @Test func `the checksum is read in small letters as well`() throws {
        let text = try code(named: "specification")
        #expect(problem(String(text.dropLast(4)) + text.suffix(4).lowercased()) == nil)
        #expect(problem(String(text.dropLast(4)) + "+13A") == .badChecksum)
        #expect(problem(String(text.dropLast(8))) == .missing(object: "63"))
    }

    static let good = [
        ("00", "01"), ("02", "4000123456789012"), ("52", "5251"), ("53", "978"), ("54", "10"), ("58", "FR"),
        ("59", "Shop"), ("60", "Lyon"),
    ]

    /// The good code's objects with one replaced, added or (by an empty value) left out.
    private func changed(_ name: String, _ value: String, _ more: (String, String)...) -> String {
        var objects = Self.good.filter { $0.0 != name }
        if !value.isEmpty { objects.append((name, value)) }
        objects.sort { $0.0 < $1.0 }
        let all = objects + more
        let text = template(all) + "6304"
        return text + checksum(text)
    }

    @Test func `amounts are what the specification allows`() {
        func amount(_ text: String, currency: String = "978") -> UInt64? {
            var objects = Self.good.filter { $0.0 != "53" && $0.0 != "54" } + [("53", currency), ("54", text)]
            objects.sort { $0.0 < $1.0 }
            let whole = template(objects) + "6304"
            return try? MerchantCode.invoice(from: whole + checksum(whole)).amount
        }
        // The specification's own examples.
        #expect(amount("98.73") == 9873 && amount("98") == 9800 && amount("98.") == 9800)
        #expect(amount("98,73") == nil && amount("3 705") == nil)
        for text in ["0", "0.00", ".5", "-1", "+1", "1e3", "1.2.3", "10.255", "٣", "."] {
            #expect(amount(text) == nil, "\(text)")
        }
        #expect(amount("9999999999.99") == 999_999_999_999 && amount("99999999999") == nil)
        #expect(amount("0000000000001") == 100)
        #expect(amount("500", currency: "392") == 500 && amount("500.5", currency: "392") == nil)
        #expect(amount("1.234", currency: "048") == 1234)
    }

    @Test func `what is missing, doubled or of another shape is named`() {
        #expect(problem(changed("61", "")) == nil)
        for name in ["53", "58", "59", "60"] { #expect(problem(changed(name, "")) == .missing(object: name)) }
        #expect(problem(changed("02", "")) == .missing(object: "26"))
        #expect(problem(changed("59", "Shop", ("59", "Shop"))) == .repeated(object: "59"))
        #expect(problem(changed("58", "fr")) == .badValue(object: "58"))
        #expect(
            problem(changed("53", "999")) == .unknownCurrency
                && problem(changed("53", "9x8")) == .badValue(object: "53"))
        #expect(problem(changed("59", "A name of 26 characters ...")) == .badValue(object: "59"))
        #expect(problem(changed("59", "turned\u{202E}pohS")) == .badValue(object: "59"))
        #expect(problem(changed("60", "a\u{7}b")) == .badValue(object: "60"))
        #expect(
            problem(changed("26", "0003abc")) == nil && problem(changed("26", "0003ab")) == .malformed(template: "26"))
        #expect(problem(changed("26", "0103abc")) == .missing(object: "26-00"))
        #expect(problem(changed("26", "0003abc0003abc")) == .repeated(object: "26-00"))
        #expect(problem(changed("62", "0x")) == .malformed(template: "62"))
        #expect(problem(changed("64", "0002zh")) == .missing(object: "64-01"))
        #expect(problem(changed("64", "0002??0101x")) == .badValue(object: "64-00"))
        #expect(problem(changed("03", String(repeating: "9", count: 65))) == .badValue(object: "03"))
        // The checksum must be the last object, the format the first.
        let late = template(Self.good) + "63040000" + "6304"
        #expect(problem(late + checksum(late)) == .repeated(object: "63"))
        let second = template([("00", "01")]) + "6304"
        #expect(problem(second + checksum(second)) == .missing(object: "53"))
    }

    @Test func `tips contradict nothing`() {
        #expect(problem(changed("55", "04")) == .badValue(object: "55"))
        #expect(problem(changed("55", "02")) == .missing(object: "56"))
        #expect(problem(changed("55", "03")) == .missing(object: "57"))
        #expect(problem(changed("56", "1.00")) == .badValue(object: "55"))
        for percent in ["0", "100", "3%", "1.005", ".5"] {
            let objects = Self.good + [("55", "03"), ("57", percent)]
            let text = template(objects.sorted { $0.0 < $1.0 }) + "6304"
            #expect(problem(text + checksum(text)) == .badValue(object: "57"), "\(percent)")
        }
    }

    @Test func `hostile text is refused within the limit`() {
        #expect(problem("") == .notMerchantCode && problem("http://example.test") == .notMerchantCode)
        #expect(problem("000201") == .missing(object: "63"))
        let long = "000201" + String(repeating: "9", count: 2048)
        #expect(problem(long) == .tooLong(bytes: 2054, limit: 2048))
        #expect(throws: CodeError.notText) { try MerchantCode.invoice(from: Array("000201".utf8) + [0xFF, 0xFE]) }
        // A bomb of templates in templates is one template: the third level is not looked into.
        var inner = "0001x"
        for _ in 0..<20 where inner.utf8.count < 90 { inner = template([("00", inner)]) }
        #expect(problem(changed("26", inner)) == .badValue(object: "26-00"))
    }

    @Test func `what is to be paid is the amount and the tip`() throws {
        let fee = try read("guidance: fixed fee")
        #expect(fee.invoice()?.amount == 2025 && fee.invoice(tip: 1) == nil && fee.invoice(amount: 1) == nil)
        #expect(try read("guidance: percentage").invoice()?.amount == 1030)
        let tip = try read("guidance: tip")
        #expect(tip.invoice() == nil && tip.invoice(tip: 0)?.amount == 1000 && tip.invoice(tip: 150)?.amount == 1150)
        let open = try read("guidance: base")
        #expect(open.invoice() == nil && open.invoice(amount: 5)?.amount == 5 && open.invoice(amount: 0) == nil)
        #expect(open.invoice(amount: WireLimits.amount + 1) == nil && tip.invoice(tip: .max) == nil)
        // What is made here, the wire can carry.
        let bill = try #require(try read("own: bill").invoice())
        #expect(try Invoice(cbor: bill.cbor) == bill)
        // 24.90 and 12.345 % are 3.07 more, rounded half up.
        var odd = try read("own: bill")
        odd.tip = .percent(1235)
        #expect(odd.invoice()?.amount == 2490 + 308)
    }
}
