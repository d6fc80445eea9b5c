/// A data object in BER-TLV (EMV Book 3, Annex B), as a place in the bytes that it was read from.
public struct DataObject: Equatable, Sendable {
    public let tag: CardTag
    /// Where its value lies.
    public let value: Range<Int>

    public init(tag: CardTag, value: Range<Int>) {
        self.tag = tag
        self.value = value
    }

    /// The one object that `range` of `bytes` is: nothing before it, nothing after it. Padding is for the inside of
    /// templates only (EMVCo Specification Update 69).
    public init(outermost bytes: RawSpan, _ range: Range<Int>) throws(CardFormatError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "a range outside the bytes")
        var reader = TemplateReader(range)
        self = try reader.object(in: bytes)
        guard value.upperBound == range.upperBound else { throw .trailingBytes }
    }

    /// The first object with each of `tags` among the direct children of the template at `range`. One that comes twice
    /// is refused: whoever read the other one would see another card. Objects that nobody asked for may be what they
    /// like.
    static func children(
        _ tags: Set<CardTag>, of range: Range<Int>, in bytes: RawSpan
    ) throws(CardFormatError) -> [CardTag: Range<Int>] {
        var found: [CardTag: Range<Int>] = [:]
        var reader = TemplateReader(range)
        while let object = try reader.next(in: bytes) {
            guard tags.contains(object.tag) else { continue }
            guard found.updateValue(object.value, forKey: object.tag) == nil else { throw .repeated(object.tag) }
        }
        return found
    }
}
