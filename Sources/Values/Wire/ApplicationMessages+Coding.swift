internal import Pictures

extension ApplicationRequest {
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        guard fields.message == Kind.applicationRequest else { throw .unknownMessage(fields.message) }
        guard case .map(let pairs) = try fields.item(7) else { throw fields.bad(7) }
        var data: [String: String] = [:]
        for (key, value) in pairs {
            guard let name = key.text, WireText.isClean(name, bytes: 1...WireLimits.identifierBytes),
                let text = value.text, text.utf8.count <= WireLimits.dataBytes,
                // Two spellings of one name in Unicode are two keys in CBOR and one in Swift.
                data.updateValue(text, forKey: name) == nil
            else { throw fields.bad(7) }
        }
        self.init(
            application: try fields.text(1, bytes: 1...WireLimits.identifierBytes),
            user: try fields.text(2, bytes: 1...WireLimits.identifierBytes),
            terminal: try fields.text(3, bytes: 1...WireLimits.identifierBytes),
            size: try fields.size(4, 5),
            invoice: fields.has(6) ? try Invoice(cbor: try fields.item(6)) : nil,
            data: data)
    }

    public func encoded() -> [UInt8] {
        var pairs: [CBOR: CBOR] = [:]
        for (name, text) in data { pairs[.text(name)] = .text(text) }
        return CBOR.fields([
            0: .unsigned(Kind.applicationRequest), 1: .text(application), 2: .text(user), 3: .text(terminal),
            4: .unsigned(size.width), 5: .unsigned(size.height), 6: invoice?.cbor, 7: .map(pairs),
        ]).encoded()
    }
}

extension ApplicationEvent {
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        switch fields.message {
        case Kind.applicationEntryMode: self = .entryMode(try fields.choice(1, EntryMode.self))
        case Kind.applicationOutcome: self = .outcome(try Outcome(fields))
        default: throw .unknownMessage(fields.message)
        }
    }

    public func encoded() -> [UInt8] {
        switch self {
        case .entryMode(let mode):
            CBOR.fields([0: .unsigned(Kind.applicationEntryMode), 1: .unsigned(mode.rawValue)]).encoded()
        case .outcome(let outcome): outcome.cbor(kind: Kind.applicationOutcome).encoded()
        }
    }
}
