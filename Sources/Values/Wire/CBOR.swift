/// One CBOR data item (RFC 8949). Equality is equality of the deterministic encoding: texts are compared by their UTF-8
/// bytes and not by canonical equivalence, 0.0 differs from -0.0, and all NaNs are one.
public indirect enum CBOR: Sendable {
    case unsigned(UInt64)
    /// The number -1 - n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([CBOR: CBOR])
    case tagged(UInt64, CBOR)
    /// 20 is false, 21 true, 22 null, 23 undefined. 24…31 do not exist.
    case simple(UInt8)
    case float(Double)

    /// What a decoder puts up with. Everything else is bounded by the number of bytes it is given.
    public struct Limits: Sendable {
        /// Deepest nesting; an array, a map and a tag each count one.
        public var nesting: Int
        /// Most elements of one array, or pairs of one map.
        public var containerItems: Int
        /// Most data items in all, so that a few bytes cannot become many allocations.
        public var totalItems: Int
        public init(nesting: Int, containerItems: Int, totalItems: Int) {
            self.nesting = nesting
            self.containerItems = containerItems
            self.totalItems = totalItems
        }
        /// For messages: see `WireLimits`.
        public static let wire = Limits(
            nesting: WireLimits.nesting, containerItems: WireLimits.containerItems, totalItems: WireLimits.messageItems)
    }

    public static func bool(_ value: Bool) -> CBOR { .simple(value ? 21 : 20) }

    /// A map with unsigned keys; pairs whose value is nil are left out. The keys must differ.
    public static func fields(_ pairs: KeyValuePairs<UInt64, CBOR?>) -> CBOR { .map(Self.pairs(pairs)) }

    static func pairs(_ pairs: KeyValuePairs<UInt64, CBOR?>) -> [CBOR: CBOR] {
        var map: [CBOR: CBOR] = [:]
        for (key, value) in pairs {
            guard let value else { continue }
            let previous = map.updateValue(value, forKey: .unsigned(key))
            precondition(previous == nil, "a map has each key once")
        }
        return map
    }

    /// The value under an unsigned key; nil for other items.
    public subscript(key: UInt64) -> CBOR? {
        guard case .map(let map) = self else { return nil }
        return map[.unsigned(key)]
    }

    public var unsigned: UInt64? {
        guard case .unsigned(let value) = self else { return nil }
        return value
    }
    public var bytes: [UInt8]? {
        guard case .bytes(let value) = self else { return nil }
        return value
    }
    public var text: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }
    public var array: [CBOR]? {
        guard case .array(let value) = self else { return nil }
        return value
    }
    public var bool: Bool? {
        switch self {
        case .simple(20): false
        case .simple(21): true
        default: nil
        }
    }
}

extension CBOR: Hashable {
    public static func == (a: CBOR, b: CBOR) -> Bool {
        switch (a, b) {
        case (.unsigned(let a), .unsigned(let b)): a == b
        case (.negative(let a), .negative(let b)): a == b
        case (.bytes(let a), .bytes(let b)): a == b
        case (.text(let a), .text(let b)): a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.tagged(let tagA, let a), .tagged(let tagB, let b)): tagA == tagB && a == b
        case (.simple(let a), .simple(let b)): a == b
        case (.float(let a), .float(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .unsigned(let value):
            hasher.combine(0)
            hasher.combine(value)
        case .negative(let value):
            hasher.combine(1)
            hasher.combine(value)
        case .bytes(let value):
            hasher.combine(2)
            hasher.combine(value)
        case .text(let value):
            hasher.combine(3)
            for unit in value.utf8 { hasher.combine(unit) }
        case .array(let value):
            hasher.combine(4)
            hasher.combine(value)
        case .map(let value):
            hasher.combine(5)
            hasher.combine(value)
        case .tagged(let tag, let value):
            hasher.combine(6)
            hasher.combine(tag)
            hasher.combine(value)
        case .simple(let value):
            hasher.combine(7)
            hasher.combine(value)
        case .float(let value):
            hasher.combine(8)
            hasher.combine(value.isNaN ? Double.nan.bitPattern : value.bitPattern)
        }
    }
}
