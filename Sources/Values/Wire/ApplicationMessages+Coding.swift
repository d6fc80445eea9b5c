internal import Pictures

extension ApplicationRequest {
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        guard fields.message == Kind.applicationRequest else { throw .unknownMessage(fields.message) }
        self.init(
            application: try fields.text(1, bytes: 1...WireLimits.identifierBytes),
            user: try fields.text(2, bytes: 1...WireLimits.identifierBytes),
            terminal: try fields.text(3, bytes: 1...WireLimits.identifierBytes),
            size: try fields.size(4, 5),
            invoice: fields.has(6) ? try Invoice(cbor: try fields.item(6)) : nil,
            data: try fields.texts(7, items: WireLimits.containerItems, valueBytes: WireLimits.dataBytes),
            stored: fields.has(8)
                ? try fields.texts(8, items: WireLimits.storedItems, valueBytes: WireLimits.storedBytes) : [:],
            account: fields.has(9) ? try AccountView(Fields(try fields.item(9), of: Kind.accountView)) : nil)
    }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            0: .unsigned(Kind.applicationRequest), 1: .text(application), 2: .text(user), 3: .text(terminal),
            4: .unsigned(size.width), 5: .unsigned(size.height), 6: invoice?.cbor, 7: .texts(data),
            8: stored.isEmpty ? nil : .texts(stored), 9: account.map { .fields($0.fields) },
        ]).encoded()
    }
}

extension ApplicationEvent {
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        switch fields.message {
        case Kind.applicationEntryMode: self = .entryMode(try fields.entryMode(1))
        case Kind.applicationOutcome: self = .outcome(try Outcome(fields))
        case Kind.authorisation: self = .authorise(try PaymentAttempt(fields))
        default: throw .unknownMessage(fields.message)
        }
    }

    public func encoded() -> [UInt8] {
        switch self {
        case .entryMode(let mode):
            CBOR.fields([0: .unsigned(Kind.applicationEntryMode), 1: .unsigned(mode.rawValue)]).encoded()
        case .outcome(let outcome): outcome.cbor(kind: Kind.applicationOutcome).encoded()
        case .authorise(let attempt): attempt.cbor.encoded()
        }
    }
}
