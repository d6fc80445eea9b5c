internal import FoundationEssentials
package import Wire

/// Between the page's JSON and the server's CBOR. Pure.
package enum PageMessage {
    /// What a page says at most.
    static let bytes = 16 << 10

    struct PageInvoice: Codable {
        var merchant: String
        var account: String
        var identifier: String
        /// In minor units.
        var amount: UInt64
        var currency: String
    }

    private struct Said: Decodable {
        var kind: String
        var modes: [String]?
        var invoice: PageInvoice?
        var source: String?
        var proof: String?
        var result: String?
        var reference: String?
        var reason: String?
        var request: String?
    }

    /// Throws `.malformed` for what is no such event; limits are the wire's. A payment gets the number `attempt`: it is not
    /// the page's to choose, which begins anew with each page of a site.
    package static func event(_ text: String, attempt: UInt64) throws -> ApplicationEvent {
        // Of a page's mistake the log gets no more than that it was one: the text may be anything.
        guard text.utf8.count <= bytes, let said = try? JSONDecoder().decode(Said.self, from: Data(text.utf8)) else {
            throw KioskError.malformed("what the page says")
        }
        let event: ApplicationEvent? =
            switch said.kind {
            case "enter": entry(said).map { .entryMode($0) }
            case "pay": payment(said, attempt).map { .authorise($0) }
            case "finish": outcome(said).map { .outcome($0) }
            default: nil
            }
        // The server ends a session for a malformed event: better to say whose it was.
        guard let event, (try? ApplicationEvent(decoding: event.encoded())) == event else {
            throw KioskError.malformed(
                "the page's \(["enter", "pay", "finish"].first { $0 == said.kind } ?? "message")")
        }
        return event
    }

    private static func entry(_ said: Said) -> EntryMode? {
        var mode = EntryMode.none
        for name in said.modes ?? [] {
            guard let one = EntryMode(name: name) else { return nil }
            mode.formUnion(one)
        }
        return mode
    }

    private static func payment(_ said: Said, _ number: UInt64) -> PaymentAttempt? {
        guard let invoice = said.invoice,
            let source = [("card", PaymentAttempt.Source.card), ("stored", .stored)].first(where: {
                $0.0 == said.source
            })
        else { return nil }
        return PaymentAttempt(
            number: number, invoice: Invoice(invoice), source: source.1, proof: said.proof)
    }

    private static func outcome(_ said: Said) -> Outcome? {
        switch said.result {
        case "approved": .approved(reference: said.reference ?? "")
        case "declined": .declined(reason: said.reason ?? "")
        case "more": .needsMore(request: said.request ?? "")
        case "cancelled": .cancelled
        case "ended": .ended
        default: nil
        }
    }
}

extension Invoice {
    fileprivate init(_ page: PageMessage.PageInvoice) {
        self.init(
            merchant: page.merchant, account: page.account, identifier: page.identifier, amount: page.amount,
            currency: page.currency)
    }
}
