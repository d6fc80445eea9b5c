internal import FoundationEssentials
internal import Pictures
package import Wire

extension PageMessage {
    private struct Account: Encodable {
        var masked: String
        var label: String
        /// `2029-12`.
        var expiry: String?
        init(_ view: AccountView) {
            masked = view.masked
            label = view.label
            expiry = view.expiry.map { "20\(two($0.year))-\(two($0.month))" }
        }
        private func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    }

    private struct Request: Encodable {
        var application: String
        var user: String
        var terminal: String
        var width: Int
        var height: Int
        var invoice: PageInvoice?
        var data: [String: String]
        var account: Account?
    }

    private struct Event<Detail: Encodable>: Encodable {
        var type: String
        var detail: Detail
    }

    private struct Empty: Encodable {}
    private struct Words: Encodable { var text: String }
    private struct Digits: Encodable { var digits: UInt64 }
    private struct Reason: Encodable { var reason: String }
    fileprivate struct Scanned: Encodable {
        var invoice: PageInvoice
        /// "prompt", or nothing; a fixed amount or a percentage are in the other two.
        var tip: String?
        var tipAmount: UInt64?
        var tipHundredths: UInt64?
    }
    fileprivate struct Payment: Encodable {
        var result: String
        var reference: String?
        var approval: String?
        var reason: String?
        var need: String?
    }

    package static func text(of request: ApplicationRequest) throws -> String {
        try json(
            Request(
                application: request.application, user: request.user, terminal: request.terminal,
                width: request.size.width, height: request.size.height, invoice: request.invoice.map(PageInvoice.init),
                data: request.data, account: request.account.map(Account.init)))
    }

    package static func text(of input: ApplicationInput) throws -> String {
        switch input {
        case .card(let account): try json(Event(type: "card", detail: Account(account)))
        case .trouble(let words): try json(Event(type: "trouble", detail: Words(text: words)))
        case .pinProgress(let digits): try json(Event(type: "pinprogress", detail: Digits(digits: digits)))
        case .pinEntered: try json(Event(type: "pin", detail: Empty()))
        case .pinTrouble(let trouble): try json(Event(type: "pintrouble", detail: Reason(reason: "\(trouble)")))
        case .code(let scanned): try json(Event(type: "code", detail: Scanned(scanned)))
        case .payment(let answer): try json(Event(type: "payment", detail: Payment(answer)))
        }
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}

extension PageMessage.PageInvoice {
    fileprivate init(_ invoice: Invoice) {
        self.init(
            merchant: invoice.merchant, account: invoice.account, identifier: invoice.identifier,
            amount: invoice.amount,
            currency: invoice.currency)
    }
}

extension PageMessage.Scanned {
    fileprivate init(_ scanned: ScannedInvoice) {
        invoice = PageMessage.PageInvoice(scanned.invoice)
        switch scanned.tip {
        case nil: break
        case .prompt: tip = "prompt"
        case .fixed(let amount): tipAmount = amount
        case .percent(let hundredths): tipHundredths = hundredths
        }
    }
}

extension PageMessage.Payment {
    fileprivate init(_ answer: PaymentAnswer) {
        switch answer {
        case .approved(let reference, let approval):
            self.init(result: "approved", reference: reference, approval: approval)
        case .declined(let reason): self.init(result: "declined", reason: reason)
        case .needsMore(let need):
            let word =
                switch need {
                case .pin: "pin"
                case .code: "code"
                case .identifier: "identifier"
                }
            self.init(result: "more", need: word)
        }
    }
}
