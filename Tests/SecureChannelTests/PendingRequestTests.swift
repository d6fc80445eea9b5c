import Stream
import Testing
import Wire

@Suite struct PendingRequestTests {
    private let invoice = Invoice(
        merchant: "Café", account: "X1", identifier: "7", amount: 2490, currency: "EUR")

    @Test func `a request comes back from its record as it was`() {
        for invoice in [invoice, nil] {
            let pending = PendingRequest(
                request: [UInt8](0..<16), application: "wallet", invoice: invoice, host: "a.example", port: 443)
            #expect(PendingRequest(decoding: pending.encoded()) == pending)
        }
    }

    @Test func `what is no record is none`() {
        let whole = PendingRequest(
            request: [UInt8](0..<16), application: "wallet", invoice: invoice, host: "a.example", port: 443
        ).encoded()
        for count in whole.indices { #expect(PendingRequest(decoding: Array(whole[..<count])) == nil) }
        #expect(PendingRequest(decoding: []) == nil)
        #expect(PendingRequest(decoding: CBOR.fields([1: .bytes([1]), 2: .text("x")]).encoded()) == nil)
    }

    @Test func `the question names the request and no session`() {
        let pending = PendingRequest(
            request: [UInt8](0..<16), application: "wallet", invoice: nil, host: "::1", port: 1)
        guard case .resume(let resume) = pending.question else {
            Issue.record("not a resume")
            return
        }
        #expect(resume.request == pending.request && resume.session == 0)
    }
}
