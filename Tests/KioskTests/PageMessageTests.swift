import Kiosk
import Pictures
import Testing
import Wire

@Suite struct PageMessageTests {
    @Test func `what a page says becomes an event`() throws {
        #expect(
            try PageMessage.event(#"{"kind":"enter","modes":["keys","card"]}"#, attempt: 1)
                == .entryMode([.keys, .card]))
        #expect(try PageMessage.event(#"{"kind":"enter","modes":[]}"#, attempt: 1) == .entryMode(.none))
        let invoice = #"{"merchant":"Café","account":"X1","identifier":"S-1","amount":560,"currency":"EUR"}"#
        #expect(
            try PageMessage.event(#"{"kind":"pay","invoice":\#(invoice),"source":"card","proof":"123456"}"#, attempt: 2)
                == .authorise(
                    PaymentAttempt(
                        number: 2,
                        invoice: Invoice(
                            merchant: "Café", account: "X1", identifier: "S-1", amount: 560, currency: "EUR"),
                        source: .card, proof: "123456")))
        #expect(
            try PageMessage.event(#"{"kind":"finish","result":"declined","reason":"no"}"#, attempt: 1)
                == .outcome(.declined(reason: "no")))
        #expect(try PageMessage.event(#"{"kind":"finish","result":"cancelled"}"#, attempt: 1) == .outcome(.cancelled))
    }

    @Test(arguments: [
        "", "{", "null", "[]", #"{"kind":"other"}"#, #"{"kind":"enter","modes":["everything"]}"#, #"{"kind":"pay"}"#,
        #"{"kind":"pay","source":"card"}"#,
        #"{"kind":"pay","invoice":{"merchant":"M","account":"A","identifier":"I","amount":0,"currency":"EUR"},"source":"card"}"#,
        #"{"kind":"pay","invoice":{"merchant":"M","account":"A","identifier":"I","amount":-5,"currency":"EUR"},"source":"card"}"#,
        #"{"kind":"pay","invoice":{"merchant":"M","account":"A","identifier":"I","amount":5.5,"currency":"EUR"},"source":"card"}"#,
        #"{"kind":"pay","invoice":{"merchant":"M","account":"A","identifier":"I","amount":5,"currency":"EUR"},"source":"cash"}"#,
        #"{"kind":"finish","result":"failed"}"#, #"{"kind":"finish"}"#,
    ])
    func `what is no event is refused`(text: String) {
        #expect(throws: KioskError.self) { try PageMessage.event(text, attempt: 1) }
    }

    @Test func `a page that talks too much is refused`() {
        let long = #"{"kind":"finish","result":"declined","reason":""# + String(repeating: "x", count: 20_000) + #""}"#
        #expect(throws: KioskError.self) { try PageMessage.event(long, attempt: 1) }
    }

    @Test func `what is told to a page is JSON that cannot leave its brackets`() throws {
        let text = try PageMessage.text(of: .trouble(#"</script>"\ "); evil("#))
        #expect(text.contains(#"\"); evil("#))
        let card = try PageMessage.text(
            of: .card(AccountView(masked: "400000…7899", label: "TEST", expiry: CardDate(year: 29, month: 2))))
        #expect(card.contains(#""2029-02""#) && card.contains("400000…7899"))
    }

    @Test func `the script of a page has the request in it`() throws {
        let request = ApplicationRequest(
            application: "shop", user: "alice", terminal: "T-1000", size: PixelSize(width: 800, height: 480),
            invoice: nil,
            data: ["name": "Alice \"A\""])
        let script = try PageScript.text(for: request)
        #expect(script.contains(#""name":"Alice \"A\"""#) && !script.contains("REQUEST"))
    }
}
