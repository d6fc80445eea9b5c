/// The map of a message, or of a structure inside one, taken field by field. Fields that nobody asks for are ignored:
/// that is how a newer peer adds some.
struct Fields {
    private enum Value {
        case item(CBOR)
        /// Byte strings of a message are lent, not copied: a picture may be megabytes.
        case lent(ArraySlice<UInt8>)
    }

    /// The message's number, or the structure's (see `Kind`), for errors.
    let message: UInt64
    private var values: [UInt64: Value] = [:]

    /// A message: key 0 says which.
    init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = CBORReader(bytes, limits: .wire)
        var order = CBORReader.KeyOrder()
        for _ in 0..<(try reader.mapHead()) {
            let key = try reader.key(&order, depth: 2).unsigned
            let value: Value
            if let next = reader.nextInitialByte, next >> 5 == 2 {
                value = .lent(try reader.byteString())
            } else {
                value = .item(try reader.item(depth: 2))
            }
            if let key { values[key] = value }
        }
        try reader.finish()
        guard let kind = values[0] else { throw .missingField(message: 0, key: 0) }
        guard case .item(.unsigned(let number)) = kind else { throw .badField(message: 0, key: 0) }
        message = number
    }

    /// A structure inside a message.
    init(_ cbor: CBOR, of kind: UInt64) throws(WireError) {
        guard case .map(let map) = cbor else { throw .badField(message: kind, key: 0) }
        message = kind
        for (key, value) in map {
            if let key = key.unsigned { values[key] = .item(value) }
        }
    }

    func bad(_ key: UInt64) -> WireError { .badField(message: message, key: key) }

    func has(_ key: UInt64) -> Bool { values[key] != nil }

    func item(_ key: UInt64) throws(WireError) -> CBOR {
        switch values[key] {
        case .item(let item): return item
        case .lent(let bytes): return .bytes(Array(bytes))
        case nil: throw .missingField(message: message, key: key)
        }
    }

    func unsigned(_ key: UInt64, in range: ClosedRange<UInt64> = 0...UInt64.max) throws(WireError) -> UInt64 {
        guard let value = try item(key).unsigned, range.contains(value) else { throw bad(key) }
        return value
    }

    func bool(_ key: UInt64) throws(WireError) -> Bool {
        guard let value = try item(key).bool else { throw bad(key) }
        return value
    }

    /// `bytes` bounds the length in UTF-8; the text has no control character (see `WireText`).
    func text(_ key: UInt64, bytes: ClosedRange<Int>) throws(WireError) -> String {
        guard let value = try item(key).text, WireText.isClean(value, bytes: bytes) else { throw bad(key) }
        return value
    }

    func bytes(_ key: UInt64, count: Int) throws(WireError) -> [UInt8] {
        let value = try slice(key)
        guard value.count == count else { throw bad(key) }
        return Array(value)
    }

    /// Not empty; lent from the message's bytes.
    func slice(_ key: UInt64) throws(WireError) -> ArraySlice<UInt8> {
        switch values[key] {
        case .lent(let bytes) where !bytes.isEmpty: return bytes
        case .item(.bytes(let bytes)) where !bytes.isEmpty: return bytes[...]
        case nil: throw .missingField(message: message, key: key)
        default: throw bad(key)
        }
    }

    func bytes(_ key: UInt64, within range: ClosedRange<Int>) throws(WireError) -> [UInt8] {
        let value = try slice(key)
        guard range.contains(value.count) else { throw bad(key) }
        return Array(value)
    }

    /// A map of clean names to texts of any characters.
    func texts(_ key: UInt64, items: Int, valueBytes: Int) throws(WireError) -> [String: String] {
        guard case .map(let pairs) = try item(key), pairs.count <= items else { throw bad(key) }
        var texts: [String: String] = [:]
        for (label, value) in pairs {
            guard let name = label.text, WireText.isClean(name, bytes: 1...WireLimits.identifierBytes),
                let text = value.text, text.utf8.count <= valueBytes,
                // Two spellings of one name in Unicode are two keys in CBOR and one in Swift.
                texts.updateValue(text, forKey: name) == nil
            else { throw bad(key) }
        }
        return texts
    }

    /// A value of a closed list of numbers.
    func choice<T: RawRepresentable>(_ key: UInt64, _ type: T.Type) throws(WireError) -> T where T.RawValue == UInt64 {
        guard let value = T(rawValue: try unsigned(key)) else { throw bad(key) }
        return value
    }

    func entryMode(_ key: UInt64) throws(WireError) -> EntryMode {
        guard let mode = EntryMode(known: try unsigned(key)) else { throw bad(key) }
        return mode
    }
}
