extension Command {
    /// The messages that are commands.
    static let kinds: Set<UInt64> = [
        Kind.key, Kind.card, Kind.trouble, Kind.pin, Kind.pinProgress, Kind.pinTrouble, Kind.code, Kind.pointer,
    ]

    init(_ fields: Fields) throws(WireError) {
        let sequence = try fields.unsigned(1, in: 1...UInt64.max)
        self.init(sequence: sequence, input: try Input(fields))
    }

    var cbor: CBOR {
        var map = CBOR.pairs(input.fields)
        map[.unsigned(UInt64(0))] = .unsigned(input.kind)
        map[.unsigned(UInt64(1))] = .unsigned(sequence)
        return .map(map)
    }
}

extension Input {
    fileprivate var kind: UInt64 {
        switch self {
        case .key: Kind.key
        case .card: Kind.card
        case .trouble: Kind.trouble
        case .pin: Kind.pin
        case .pinProgress: Kind.pinProgress
        case .pinTrouble: Kind.pinTrouble
        case .code: Kind.code
        case .pointer: Kind.pointer
        }
    }

    fileprivate init(_ fields: Fields) throws(WireError) {
        switch fields.message {
        case Kind.key:
            guard let key = Key(code: try fields.unsigned(2)) else { throw fields.bad(2) }
            self = .key(key)
        case Kind.card: self = .card(try PresentedCard(fields))
        case Kind.trouble: self = .trouble(try fields.text(2, bytes: 0...WireLimits.textBytes))
        case Kind.pin:
            self = .pin(
                EncryptedPIN(
                    block: try fields.bytes(2, count: WireLimits.pinBlockBytes),
                    keySerialNumber: try fields.bytes(3, count: WireLimits.keySerialNumberBytes)))
        case Kind.pinProgress: self = .pinProgress(try fields.unsigned(2, in: 0...WireLimits.pinDigits))
        case Kind.pinTrouble: self = .pinTrouble(try fields.choice(2, PINTrouble.self))
        case Kind.code: self = .code(try ScannedInvoice(fields))
        case Kind.pointer:
            let side = 0...UInt64(WireLimits.pictureSide - 1)
            self = .pointer(
                Pointer(
                    x: try fields.unsigned(2, in: side), y: try fields.unsigned(3, in: side),
                    phase: try fields.choice(4, Pointer.Phase.self)))
        default: throw .unknownMessage(fields.message)
        }
    }

    fileprivate var fields: KeyValuePairs<UInt64, CBOR?> {
        switch self {
        case .key(let key): [2: .unsigned(key.code)]
        case .card(let card): card.fields
        case .trouble(let words): [2: .text(WireText.cleaned(words))]
        case .pin(let pin): [2: .bytes(pin.block), 3: .bytes(pin.keySerialNumber)]
        case .pinProgress(let digits): [2: .unsigned(digits)]
        case .pinTrouble(let trouble): [2: .unsigned(trouble.rawValue)]
        case .code(let scanned): scanned.fields
        case .pointer(let pointer):
            [2: .unsigned(pointer.x), 3: .unsigned(pointer.y), 4: .unsigned(pointer.phase.rawValue)]
        }
    }
}

extension PresentedCard {
    fileprivate init(_ fields: Fields) throws(WireError) {
        let account = try fields.bytes(2, within: WireLimits.accountDigits)
        guard account.allSatisfy({ (0x30...0x39).contains($0) }) else { throw fields.bad(2) }
        guard let expiry = CardDate(number: try fields.unsigned(4)) else { throw fields.bad(4) }
        let label = try fields.text(6, bytes: 0...WireLimits.cardLabelBytes)
        guard label.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw fields.bad(6) }
        self.init(
            account: account, track2: fields.has(3) ? try fields.bytes(3, within: WireLimits.track2Bytes) : nil,
            expiry: expiry, sequenceNumber: fields.has(5) ? try fields.unsigned(5, in: 0...99) : nil, label: label,
            application: try fields.bytes(7, within: WireLimits.cardApplicationBytes))
    }

    fileprivate var fields: KeyValuePairs<UInt64, CBOR?> {
        [
            2: .bytes(account), 3: track2.map { .bytes($0) }, 4: .unsigned(expiry.number),
            5: sequenceNumber.map { .unsigned($0) }, 6: .text(label), 7: .bytes(application),
        ]
    }
}

extension ScannedInvoice {
    /// Key 2 is the invoice; key 3 says what kind of tip, key 4 how much.
    init(_ fields: Fields) throws(WireError) {
        invoice = try Invoice(cbor: try fields.item(2))
        guard fields.has(3) else {
            tip = nil
            return
        }
        switch try fields.unsigned(3) {
        case 0: tip = .prompt
        case 1: tip = .fixed(try fields.unsigned(4, in: 0...WireLimits.amount))
        case 2: tip = .percent(try fields.unsigned(4, in: 1...9999))
        default: throw fields.bad(3)
        }
    }

    var fields: KeyValuePairs<UInt64, CBOR?> {
        switch tip {
        case nil: [2: invoice.cbor]
        case .prompt: [2: invoice.cbor, 3: .unsigned(UInt64(0))]
        case .fixed(let amount): [2: invoice.cbor, 3: .unsigned(UInt64(1)), 4: .unsigned(amount)]
        case .percent(let hundredths): [2: invoice.cbor, 3: .unsigned(UInt64(2)), 4: .unsigned(hundredths)]
        }
    }
}
