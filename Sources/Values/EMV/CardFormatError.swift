/// What is wrong with bytes that a card sent. Carries none of them.
public enum CardFormatError: Error, Equatable, Sendable {
    /// A tag, length or value ends too early, or a template's end is not its last object's end.
    case truncated
    /// A tag of more than three bytes, or one whose number begins with a zero.
    case badTag
    /// A length of more than three bytes, or the indefinite form.
    case badLength
    /// Bytes outside the outermost template.
    case trailingBytes
    /// Templates within templates beyond `CardLimits.nesting`.
    case tooDeep
    /// More objects, records or applications than `CardLimits` allows.
    case tooMany
    /// Another template than the one that belongs here.
    case otherTemplate
    /// A data object that must be there is not.
    case missing(CardTag)
    /// A data object for the second time.
    case repeated(CardTag)
    /// A value of a length or content that its data object does not have.
    case badValue(CardTag)
}
