extension ApplicationInput {
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        switch fields.message {
        case Kind.inputCard: self = .card(try AccountView(fields))
        case Kind.inputTrouble: self = .trouble(try fields.text(1, bytes: 0...WireLimits.textBytes))
        case Kind.inputPINProgress: self = .pinProgress(try fields.unsigned(1, in: 0...WireLimits.pinDigits))
        case Kind.inputPIN: self = .pinEntered
        case Kind.inputPINTrouble: self = .pinTrouble(try fields.choice(1, PINTrouble.self))
        case Kind.inputCode: self = .code(try ScannedInvoice(fields))
        case Kind.inputPayment: self = .payment(try PaymentAnswer(fields))
        default: throw .unknownMessage(fields.message)
        }
    }

    public func encoded() -> [UInt8] {
        switch self {
        case .card(let account): message(Kind.inputCard, account.fields)
        case .trouble(let words): message(Kind.inputTrouble, [1: .text(WireText.cleaned(words))])
        case .pinProgress(let digits): message(Kind.inputPINProgress, [1: .unsigned(digits)])
        case .pinEntered: message(Kind.inputPIN, [:])
        case .pinTrouble(let trouble): message(Kind.inputPINTrouble, [1: .unsigned(trouble.rawValue)])
        case .code(let scanned): message(Kind.inputCode, scanned.fields)
        case .payment(let answer): message(Kind.inputPayment, answer.fields)
        }
    }

    private func message(_ kind: UInt64, _ fields: KeyValuePairs<UInt64, CBOR?>) -> [UInt8] {
        var map = CBOR.pairs(fields)
        map[.unsigned(UInt64(0))] = .unsigned(kind)
        return CBOR.map(map).encoded()
    }
}

extension AccountView {
    init(_ fields: Fields) throws(WireError) {
        var expiry: CardDate?
        if fields.has(3) {
            expiry = CardDate(number: try fields.unsigned(3))
            guard expiry != nil else { throw fields.bad(3) }
        }
        self.init(
            masked: try fields.text(1, bytes: 1...WireLimits.identifierBytes),
            label: try fields.text(2, bytes: 0...WireLimits.identifierBytes), expiry: expiry)
    }

    var fields: KeyValuePairs<UInt64, CBOR?> {
        [1: .text(masked), 2: .text(label), 3: expiry.map { .unsigned($0.number) }]
    }
}

extension PaymentAttempt {
    init(_ fields: Fields) throws(WireError) {
        self.init(
            number: try fields.unsigned(1, in: 1...WireLimits.attempts),
            invoice: try Invoice(cbor: try fields.item(2)), source: try fields.choice(3, Source.self),
            proof: fields.has(4) ? try fields.text(4, bytes: 1...WireLimits.proofBytes) : nil)
        guard invoice.amount > 0 else { throw fields.bad(2) }
    }

    var cbor: CBOR {
        .fields([
            0: .unsigned(Kind.authorisation), 1: .unsigned(number), 2: invoice.cbor, 3: .unsigned(source.rawValue),
            4: proof.map { .text($0) },
        ])
    }
}

extension PaymentAnswer {
    init(_ fields: Fields) throws(WireError) {
        switch try fields.unsigned(1) {
        case 1:
            self = .approved(
                reference: try fields.text(2, bytes: 0...WireLimits.identifierBytes),
                approval: try fields.text(3, bytes: 0...WireLimits.identifierBytes))
        case 2: self = .declined(reason: try fields.text(2, bytes: 0...WireLimits.textBytes))
        case 3: self = .needsMore(try fields.choice(2, Need.self))
        default: throw fields.bad(1)
        }
    }

    var fields: KeyValuePairs<UInt64, CBOR?> {
        switch self {
        case .approved(let reference, let approval):
            [1: .unsigned(UInt64(1)), 2: .text(WireText.cleaned(reference)), 3: .text(WireText.cleaned(approval))]
        case .declined(let reason): [1: .unsigned(UInt64(2)), 2: .text(WireText.cleaned(reason))]
        case .needsMore(let need): [1: .unsigned(UInt64(3)), 2: .unsigned(need.rawValue)]
        }
    }
}
