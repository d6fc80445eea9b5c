/// Takes the data objects of one template, front to back. Decided here, for every byte that a card sends:
///
/// - **Padding**: bytes 00 and FF before, between and after objects are skipped (ISO/IEC 7816-4:1995, Annex D, which
///   has no tag that begins so; EMVCo's Specification Update 69 keeps to 00 and warns issuers of tags that begin with
///   FF).
/// - **Tags** have one to three bytes; EMV has two, kernels of payment systems three. A number that begins with a zero
///   (second byte 00 or 80) is refused: X.690 §8.1.2.4 forbids it, and two spellings of one tag would slip past the
///   test for repeated objects. Numbers below 31 in the long form (9F02) are EMV's own habit and taken.
/// - **Lengths** have the short form or up to three further bytes (81, 82, 83), with leading zeros or without: X.690
///   §8.1.3 allows both, and cards use both. The indefinite form (80) and longer lengths are refused.
/// - **Values** end within their template, to the byte; a value of length 0 is a value.
public struct TemplateReader: Sendable {
    private var position: Int
    private let end: Int

    /// The objects in `range`, a template's value. The range must lie within the bytes that are given later.
    public init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next object; nil at the end.
    public mutating func next(in bytes: RawSpan) throws(CardFormatError) -> DataObject? {
        while position < end, bytes.byte(position) == 0x00 || bytes.byte(position) == 0xFF { position += 1 }
        guard position < end else { return nil }
        return try object(in: bytes)
    }

    mutating func object(in bytes: RawSpan) throws(CardFormatError) -> DataObject {
        let tag = try tag(in: bytes)
        let length = try length(in: bytes)
        guard length <= end - position else { throw .truncated }
        let start = position
        position += length
        return DataObject(tag: tag, value: start..<position)
    }

    private mutating func take(_ bytes: RawSpan) throws(CardFormatError) -> UInt8 {
        guard position < end else { throw .truncated }
        defer { position += 1 }
        return bytes.byte(position)
    }

    private mutating func tag(in bytes: RawSpan) throws(CardFormatError) -> CardTag {
        let first = try take(bytes)
        guard first != 0x00, first != 0xFF else { throw .badTag }
        guard first & 0x1F == 0x1F else { return CardTag(rawValue: UInt32(first)) }
        let second = try take(bytes)
        guard second & 0x7F != 0 else { throw .badTag }
        let two = UInt32(first) << 8 | UInt32(second)
        guard second & 0x80 != 0 else { return CardTag(rawValue: two) }
        let third = try take(bytes)
        guard third & 0x80 == 0 else { throw .badTag }
        return CardTag(rawValue: two << 8 | UInt32(third))
    }

    private mutating func length(in bytes: RawSpan) throws(CardFormatError) -> Int {
        let first = try take(bytes)
        guard first & 0x80 != 0 else { return Int(first) }
        let count = Int(first & 0x7F)
        guard (1...3).contains(count) else { throw .badLength }
        var length = 0
        for _ in 0..<count { length = length << 8 | Int(try take(bytes)) }
        return length
    }
}

/// Takes the data objects of a template and of all templates in it, each template before its content.
public struct ObjectWalk: Sendable {
    private var readers: [TemplateReader]

    public init(_ range: Range<Int>) { readers = [TemplateReader(range)] }

    /// How deep the object taken last lies; the outermost template's children are at 1.
    public private(set) var depth = 0

    public mutating func next(in bytes: RawSpan) throws(CardFormatError) -> DataObject? {
        while let last = readers.indices.last {
            guard let object = try readers[last].next(in: bytes) else {
                readers.removeLast()
                continue
            }
            depth = readers.count
            if object.tag.isConstructed {
                guard readers.count < CardLimits.nesting else { throw .tooDeep }
                readers.append(TemplateReader(object.value))
            }
            return object
        }
        return nil
    }
}
