extension CBOR {
    /// Reads exactly one item. Anything but its one deterministic encoding is refused.
    public init(decoding bytes: [UInt8], limits: Limits = .wire) throws(WireError) {
        var reader = CBORReader(bytes, limits: limits)
        self = try reader.item(depth: 1)
        try reader.finish()
    }
}

/// Takes data items from the front of bytes.
struct CBORReader {
    private let bytes: [UInt8]
    private let limits: CBOR.Limits
    private var position = 0
    private var itemsLeft: Int

    init(_ bytes: [UInt8], limits: CBOR.Limits) {
        self.bytes = bytes
        self.limits = limits
        itemsLeft = limits.totalItems
    }

    private struct Head {
        let initial: UInt8
        let argument: UInt64
        var major: UInt8 { initial >> 5 }
    }

    /// The first byte of the next item, not taken.
    var nextInitialByte: UInt8? { position < bytes.count ? bytes[position] : nil }

    func finish() throws(WireError) {
        guard position == bytes.count else { throw .trailingBytes }
    }

    /// `depth` is 1 for an outermost item.
    mutating func item(depth: Int) throws(WireError) -> CBOR {
        let head = try head()
        switch head.major {
        case 0: return .unsigned(head.argument)
        case 1: return .negative(head.argument)
        case 2: return .bytes(Array(try take(head.argument)))
        case 3:
            guard let text = String(validating: try take(head.argument), as: UTF8.self) else { throw .malformed }
            return .text(text)
        case 4:
            let count = try count(head, depth: depth)
            var items: [CBOR] = []
            items.reserveCapacity(count)
            for _ in 0..<count { items.append(try item(depth: depth + 1)) }
            return .array(items)
        case 5:
            var order = KeyOrder()
            var map: [CBOR: CBOR] = [:]
            for _ in 0..<(try count(head, depth: depth)) {
                let key = try key(&order, depth: depth + 1)
                map[key] = try item(depth: depth + 1)
            }
            return .map(map)
        case 6:
            guard depth <= limits.nesting else { throw .tooDeep }
            return .tagged(head.argument, try item(depth: depth + 1))
        default: return try simpleOrFloat(head)
        }
    }

    /// Where a map's last key ended up, to hold the next one to the order of RFC 8949 §4.2.1.
    struct KeyOrder {
        fileprivate var last: ArraySlice<UInt8> = []
    }

    /// The number of pairs of a map that begins here, at depth 1.
    mutating func mapHead() throws(WireError) -> Int {
        let head = try head()
        guard head.major == 5 else { throw .unsupportedItem(initialByte: head.initial) }
        return try count(head, depth: 1)
    }

    /// A map's next key: later in byte order than the one before, so never one that was there.
    mutating func key(_ order: inout KeyOrder, depth: Int) throws(WireError) -> CBOR {
        let start = position
        let key = try item(depth: depth)
        let encoded = bytes[start..<position]
        guard order.last.lexicographicallyPrecedes(encoded) else { throw .notDeterministic }
        order.last = encoded
        return key
    }

    /// A byte string as a part of the bytes given, not copied.
    mutating func byteString() throws(WireError) -> ArraySlice<UInt8> {
        let head = try head()
        guard head.major == 2 else { throw .unsupportedItem(initialByte: head.initial) }
        return try take(head.argument)
    }

    private mutating func head() throws(WireError) -> Head {
        guard itemsLeft > 0 else { throw .tooManyItems(limits.totalItems) }
        itemsLeft -= 1
        let initial = try bigEndian(1)
        let info = initial & 0x1f
        switch info {
        case 0...23:
            return Head(initial: UInt8(initial), argument: info)
        case 24...27:
            let argument = try bigEndian(1 << Int(info - 24))
            // The smallest argument that does not fit a shorter head; floats (major 7) have widths of their own.
            let smallest: [UInt64] = [24, 0x100, 0x1_0000, 0x1_0000_0000]
            guard initial >= 0xe0 || argument >= smallest[Int(info - 24)] else { throw .notDeterministic }
            return Head(initial: UInt8(initial), argument: argument)
        case 31:
            // Indefinite lengths exist for strings and containers only; 0xff is a break without a beginning.
            throw (0x40..<0xc0).contains(initial) ? .notDeterministic : .malformed
        default:
            throw .unsupportedItem(initialByte: UInt8(initial))
        }
    }

    private mutating func simpleOrFloat(_ head: Head) throws(WireError) -> CBOR {
        let value: Double
        switch head.initial & 0x1f {
        case 24:
            // RFC 8949 §3.3: two bytes for a simple value below 32 are not well-formed.
            guard head.argument >= 32 else { throw .malformed }
            return .simple(UInt8(head.argument))
        case 25: value = Double(Float16(bitPattern: UInt16(head.argument)))
        case 26: value = Double(Float(bitPattern: UInt32(head.argument)))
        case 27: value = Double(bitPattern: head.argument)
        default: return .simple(UInt8(head.argument))
        }
        // One float has one width and there is one NaN: what we would write is the only thing that we read.
        let item = CBOR.float(value)
        guard item.encoded().elementsEqual(bytes[..<position].suffix(1 + (1 << Int(head.initial & 3)))) else {
            throw .notDeterministic
        }
        return item
    }

    private func count(_ head: Head, depth: Int) throws(WireError) -> Int {
        guard depth <= limits.nesting else { throw .tooDeep }
        guard head.argument <= UInt64(limits.containerItems) else {
            throw .tooManyItems(Int(clamping: head.argument))
        }
        return Int(head.argument)
    }

    private mutating func take(_ count: UInt64) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= UInt64(bytes.count - position) else { throw .truncated }
        defer { position += Int(count) }
        return bytes[position..<(position + Int(count))]
    }

    private mutating func bigEndian(_ count: Int) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try take(UInt64(count)) { value = value << 8 | UInt64(byte) }
        return value
    }
}
