/// Messages on a stream: two bytes of length, big-endian, in front of each, as hosts over TCP commonly have it. (The
/// standard leaves it open.)
public enum MessageFraming {
    /// `message` with its length in front.
    public static func frame(_ message: [UInt8]) throws(MessageError) -> [UInt8] {
        guard message.count <= MessageLimits.bytes else {
            throw .tooLong(bytes: message.count, limit: MessageLimits.bytes)
        }
        return [UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
    }
}

/// Takes a stream apart into messages, however its bytes arrive. Holds one message and what came with it.
public struct MessageSplitter: Sendable {
    private var pending: [UInt8] = []

    public init() {}

    public mutating func append(_ bytes: ArraySlice<UInt8>) { pending += bytes }

    /// The next whole message's bytes, not yet looked into; nil until they are there. After an error the stream is
    /// lost.
    public mutating func next() throws(MessageError) -> [UInt8]? {
        guard pending.count >= 2 else { return nil }
        let count = Int(pending[0]) << 8 | Int(pending[1])
        guard count <= MessageLimits.bytes else { throw .tooLong(bytes: count, limit: MessageLimits.bytes) }
        guard pending.count >= 2 + count else { return nil }
        defer { pending.removeFirst(2 + count) }
        return Array(pending[2..<2 + count])
    }
}
