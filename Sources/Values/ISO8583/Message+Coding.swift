extension Message {
    /// The message's bytes: type, bitmaps in hexadecimal capitals, fields in ascending order.
    public func encoded() throws(MessageError) -> [UInt8] {
        let fields = fields
        let hasSecond = fields.contains { $0 > 64 }
        var bitmap = [UInt8](repeating: 0, count: hasSecond ? 16 : 8)
        for field in fields + (hasSecond ? [1] : []) { bitmap[(field - 1) / 8] |= 0x80 >> UInt8((field - 1) % 8) }
        var bytes = Array(type.rawValue.utf8) + hexadecimal(bitmap)
        for field in fields {
            guard let value = self[field], let line = specification[field] else { continue }
            bytes += digits(line.characters(of: value), count: line.length.prefixDigits)
            bytes += line.content == .binary ? hexadecimal(value) : value
        }
        guard bytes.count <= MessageLimits.bytes else { throw .tooLong(bytes: bytes.count, limit: MessageLimits.bytes) }
        return bytes
    }

    /// Reads foreign bytes. Every field is checked by the specification; nothing may follow the last one.
    public init(
        decoding bytes: [UInt8], specification: Specification = .ascii1987
    ) throws(MessageError) {
        guard bytes.count <= MessageLimits.bytes else { throw .tooLong(bytes: bytes.count, limit: MessageLimits.bytes) }
        var rest = bytes[...]
        guard let head = take(4, from: &rest), let name = String(validating: head, as: UTF8.self),
            let type = MessageType(rawValue: name)
        else { throw .badType }
        self.init(type, specification: specification)
        for field in try Self.fields(&rest) {
            guard let line = specification[field] else { throw .unknownField(field) }
            try set(field, try Self.value(&rest, line))
        }
        guard rest.isEmpty else { throw .trailingBytes(rest.count) }
    }

    /// The fields that the bitmaps announce, without the second bitmap itself.
    private static func fields(_ rest: inout ArraySlice<UInt8>) throws(MessageError) -> [Int] {
        guard var bitmap = take(16, from: &rest).flatMap({ bytes(hexadecimal: $0) }) else { throw .badBitmap }
        if bitmap[0] & 0x80 != 0 {
            guard let second = take(16, from: &rest).flatMap({ bytes(hexadecimal: $0) }) else { throw .badBitmap }
            // Field 65 would be a third bitmap; 1987 has none.
            guard second[0] & 0x80 == 0 else { throw .badBitmap }
            bitmap += second
        }
        return (2...bitmap.count * 8).filter { bitmap[($0 - 1) / 8] & 0x80 >> UInt8(($0 - 1) % 8) != 0 }
    }

    private static func value(
        _ rest: inout ArraySlice<UInt8>, _ line: FieldSpecification
    ) throws(MessageError) -> [UInt8] {
        let count: Int
        if case .fixed(let length) = line.length {
            count = length
        } else {
            guard let prefix = take(line.length.prefixDigits, from: &rest) else { throw .truncated(field: line.number) }
            guard prefix.allSatisfy(isDigit) else { throw .badLength(field: line.number) }
            count = prefix.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            guard line.length.allows(count) else { throw .badLength(field: line.number) }
        }
        guard let value = take(count, from: &rest) else { throw .truncated(field: line.number) }
        guard line.content == .binary else { return Array(value) }
        guard count % 2 == 0 else { throw .badLength(field: line.number) }
        guard let bytes = bytes(hexadecimal: value) else { throw .badContent(field: line.number) }
        return bytes
    }
}

private func take(_ count: Int, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
}

/// `value` in `count` decimal digits, which it fits.
func digits(_ value: Int, count: Int) -> [UInt8] {
    var rest = value
    var result = [UInt8](repeating: 0x30, count: count)
    for index in (0..<count).reversed() {
        result[index] = 0x30 + UInt8(rest % 10)
        rest /= 10
    }
    return result
}

func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
}

/// Either case; nil for an odd count and for anything that is no digit.
func bytes(hexadecimal text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    var result: [UInt8] = []
    var high: UInt8?
    for character in text {
        let value: UInt8
        switch character {
        case 0x30...0x39: value = character - 0x30
        case 0x41...0x46: value = character - 0x41 + 10
        case 0x61...0x66: value = character - 0x61 + 10
        default: return nil
        }
        if let first = high {
            result.append(first << 4 | value)
            high = nil
        } else {
            high = value
        }
    }
    return result
}
