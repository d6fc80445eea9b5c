/// The characters that a field may hold (ISO 8583:1987, attributes).
public enum FieldContent: Equatable, Sendable {
    /// n: digits.
    case digits
    /// an: letters and digits. Blanks too, since fields of fixed length are filled with them.
    case alphanumeric
    /// ans: any printable ASCII.
    case text
    /// x+n: `C` or `D`, then digits.
    case signed
    /// z: the codes of a magnetic track (ISO/IEC 7813): digits and the separators `=` and `D`.
    case track
    /// b: bytes, as two hexadecimal digits each.
    case binary
}

/// How long a field is, in characters on the wire; a binary field has two for each byte.
public enum FieldLength: Equatable, Sendable {
    case fixed(Int)
    /// LLVAR: two digits of length in front.
    case upTo99(Int)
    /// LLLVAR: three digits.
    case upTo999(Int)

    /// Digits of the length in front.
    var prefixDigits: Int {
        switch self {
        case .fixed: 0
        case .upTo99: 2
        case .upTo999: 3
        }
    }

    func allows(_ count: Int) -> Bool {
        switch self {
        case .fixed(let length): count == length
        case .upTo99(let limit), .upTo999(let limit): count <= limit
        }
    }
}

/// One line of the table that messages are read and written by.
public struct FieldSpecification: Equatable, Sendable {
    public let number: Int
    public let name: String
    public let content: FieldContent
    public let length: FieldLength

    public init(_ number: Int, _ name: String, _ content: FieldContent, _ length: FieldLength) {
        self.number = number
        self.name = name
        self.content = content
        self.length = length
    }

    /// A value's characters on the wire.
    func characters(of value: [UInt8]) -> Int { content == .binary ? value.count * 2 : value.count }

    func check(_ value: [UInt8]) throws(MessageError) {
        guard length.allows(characters(of: value)) else { throw .badLength(field: number) }
        guard holds(value) else { throw .badContent(field: number) }
    }

    private func holds(_ value: [UInt8]) -> Bool {
        switch content {
        case .digits: value.allSatisfy(isDigit)
        case .alphanumeric: value.allSatisfy { isDigit($0) || isLetter($0) || $0 == 0x20 }
        case .text: value.allSatisfy { (0x20...0x7E).contains($0) }
        case .signed:
            (value.first == UInt8(ascii: "C") || value.first == UInt8(ascii: "D"))
                && value.dropFirst().allSatisfy(isDigit)
        case .track: value.allSatisfy { isDigit($0) || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "D") }
        case .binary: true
        }
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) && byte & 0x80 == 0 }

/// The fields of one flavour of ISO 8583.
public struct Specification: Sendable {
    private let fields: [Int: FieldSpecification]

    /// Later lines replace earlier ones of their number. Numbers outside `MessageLimits.fields`, and 65, which would be
    /// a third bitmap, are left out.
    public init(_ lines: [FieldSpecification]) {
        let usable = lines.filter { MessageLimits.fields.contains($0.number) && $0.number != 65 }
        fields = Dictionary(usable.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
    }

    public subscript(number: Int) -> FieldSpecification? { fields[number] }

    /// Ascending.
    public var numbers: [Int] { fields.keys.sorted() }
}
