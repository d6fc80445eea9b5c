/// Why bytes were not a message. Carries no foreign text: safe to log.
public enum WireError: Error, Equatable, Sendable {
    case truncated
    case trailingBytes
    case frameTooLong(bytes: Int, limit: Int)
    case tooDeep
    case tooManyItems(Int)
    /// Valid CBOR that is not in the deterministic form of RFC 8949 §4.2, or not well-formed at all.
    case notDeterministic
    case malformed
    case unsupportedItem(initialByte: UInt8)
    case unknownMessage(UInt64)
    case missingField(message: UInt64, key: UInt64)
    /// A field of the wrong type, or outside its range or length.
    case badField(message: UInt64, key: UInt64)
}
