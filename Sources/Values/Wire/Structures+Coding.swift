internal import Pictures

extension CBOR {
    /// A length or coordinate of ours.
    static func unsigned(_ value: Int) -> CBOR {
        precondition(value >= 0, "sizes and coordinates on the wire are not negative")
        return .unsigned(UInt64(value))
    }

    static func texts(_ texts: [String: String]) -> CBOR {
        var pairs: [CBOR: CBOR] = [:]
        for (name, text) in texts { pairs[.text(name)] = .text(text) }
        return .map(pairs)
    }
}

extension Fields {
    private static let side = 1...UInt64(WireLimits.pictureSide)

    /// Width and height under two keys.
    func size(_ width: UInt64, _ height: UInt64) throws(WireError) -> PixelSize {
        PixelSize(
            width: Int(try unsigned(width, in: Self.side)), height: Int(try unsigned(height, in: Self.side)))
    }

    /// An array of x, y, width and height that lies inside the largest picture; may be empty.
    func rectangle(_ key: UInt64) throws(WireError) -> Rectangle {
        guard let items = try item(key).array, items.count == 4 else { throw bad(key) }
        var numbers: [Int] = []
        for item in items {
            guard let number = item.unsigned, number <= UInt64(WireLimits.pictureSide) else { throw bad(key) }
            numbers.append(Int(number))
        }
        let result = Rectangle(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
        guard result.maxX <= WireLimits.pictureSide, result.maxY <= WireLimits.pictureSide else { throw bad(key) }
        return result
    }
}

extension RenderTarget {
    init(cbor: CBOR) throws(WireError) {
        let fields = try Fields(cbor, of: Kind.renderTarget)
        self.init(
            size: try fields.size(1, 2),
            refreshMillihertz: try fields.unsigned(3, in: 1...WireLimits.refreshMillihertz),
            level: try fields.unsigned(4, in: WireLimits.levels),
            temporalLayers: try fields.unsigned(5, in: 1...WireLimits.temporalLayers))
    }

    var cbor: CBOR {
        .fields([
            1: .unsigned(size.width), 2: .unsigned(size.height), 3: .unsigned(refreshMillihertz), 4: .unsigned(level),
            5: .unsigned(temporalLayers),
        ])
    }
}

extension PictureParameters {
    init(cbor: CBOR) throws(WireError) {
        let fields = try Fields(cbor, of: Kind.pictureParameters)
        self.init(
            size: try fields.size(1, 2),
            profile: try fields.unsigned(3, in: 0...255),
            level: try fields.unsigned(4, in: WireLimits.levels),
            temporalLayers: try fields.unsigned(5, in: 1...WireLimits.temporalLayers))
    }

    var cbor: CBOR {
        .fields([
            1: .unsigned(size.width), 2: .unsigned(size.height), 3: .unsigned(profile), 4: .unsigned(level),
            5: .unsigned(temporalLayers),
        ])
    }
}

extension Invoice {
    public init(cbor: CBOR) throws(WireError) {
        let fields = try Fields(cbor, of: Kind.invoice)
        self.init(
            merchant: try fields.text(1, bytes: 1...WireLimits.textBytes),
            account: try fields.text(2, bytes: 0...WireLimits.identifierBytes),
            identifier: try fields.text(3, bytes: 0...WireLimits.identifierBytes),
            amount: try fields.unsigned(4, in: 0...WireLimits.amount),
            currency: try fields.text(5, bytes: 3...3))
        guard currency.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw fields.bad(5)
        }
    }

    public var cbor: CBOR {
        .fields([
            1: .text(merchant), 2: .text(account), 3: .text(identifier), 4: .unsigned(amount), 5: .text(currency),
        ])
    }
}

extension Outcome {
    /// From the fields of a message: key 1 is which, key 2 the text of those that have one.
    init(_ fields: Fields) throws(WireError) {
        switch try fields.unsigned(1) {
        case 1: self = .approved(reference: try fields.text(2, bytes: 0...WireLimits.textBytes))
        case 2: self = .declined(reason: try fields.text(2, bytes: 0...WireLimits.textBytes))
        case 3: self = .needsMore(request: try fields.text(2, bytes: 0...WireLimits.textBytes))
        case 4: self = .ended
        case 5: self = .cancelled
        case 6: self = .failed(reason: try fields.text(2, bytes: 0...WireLimits.textBytes))
        default: throw fields.bad(1)
        }
    }

    func cbor(kind: UInt64) -> CBOR {
        let (number, text): (UInt64, String?) =
            switch self {
            case .approved(let reference): (1, reference)
            case .declined(let reason): (2, reason)
            case .needsMore(let request): (3, request)
            case .ended: (4, nil)
            case .cancelled: (5, nil)
            case .failed(let reason): (6, reason)
            }
        return .fields([0: .unsigned(kind), 1: .unsigned(number), 2: text.map { .text(WireText.cleaned($0)) }])
    }
}

extension Key {
    /// The keypad's keys have the numbers that are control characters in Unicode; a character is its scalar value.
    var code: UInt64 {
        switch self {
        case .digit(let value): UInt64(value)
        case .ok: 10
        case .cancel: 11
        case .clear: 12
        case .up: 13
        case .down: 14
        case .left: 15
        case .right: 16
        case .function(let number): 16 + UInt64(number)
        case .character(let scalar): UInt64(scalar.value)
        }
    }

    /// nil for a number that is no key: 25…31, U+007F…U+009F, surrogates, and what lies beyond Unicode.
    init?(code: UInt64) {
        switch code {
        case 0...9: self = .digit(UInt8(code))
        case 10: self = .ok
        case 11: self = .cancel
        case 12: self = .clear
        case 13: self = .up
        case 14: self = .down
        case 15: self = .left
        case 16: self = .right
        case 17...24: self = .function(UInt8(code - 16))
        case 0x20...0x7e, 0xa0...0x10ffff:
            guard let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
            self = .character(scalar)
        default: return nil
        }
    }
}
