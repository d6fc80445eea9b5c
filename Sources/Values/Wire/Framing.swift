/// A frame on the connection: a 32-bit big-endian length, then that many bytes, which are one CBOR item.
public enum Framing {
    /// `item` with its length in front. Messages have `framed()`, which does not copy.
    public static func frame(_ item: [UInt8]) -> [UInt8] {
        let length = UInt32(item.count)
        var result: [UInt8] = []
        result.reserveCapacity(4 + item.count)
        for shift: UInt32 in [24, 16, 8, 0] { result.append(UInt8(truncatingIfNeeded: length >> shift)) }
        result.append(contentsOf: item)
        return result
    }
}

/// Cuts a stream of bytes, as it comes in pieces of any size, into frames. Holds what was appended and not yet taken:
/// take every frame before appending more, and that is less than one frame.
public struct FrameSplitter: Sendable {
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0

    /// Buffers above this size are given back when they are empty.
    private static let keptCapacity = 64 << 10

    /// `limit` is the longest frame allowed, without its length field.
    public init(limit: Int) { self.limit = limit }

    public mutating func append(_ bytes: ArraySlice<UInt8>) {
        if start == buffer.count {
            start = 0
            if buffer.capacity > Self.keptCapacity { buffer = [] } else { buffer.removeAll(keepingCapacity: true) }
        } else if start > Self.keptCapacity {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame's item; nil when it has not all come. A length over the limit is thrown as soon as it is
    /// seen, and again at each call: the stream has no next frame.
    public mutating func next() throws(WireError) -> [UInt8]? {
        guard buffer.count - start >= 4 else { return nil }
        var length = 0
        for byte in buffer[start..<(start + 4)] { length = length << 8 | Int(byte) }
        guard length <= limit else { throw .frameTooLong(bytes: length, limit: limit) }
        guard buffer.count - start - 4 >= length else { return nil }
        let item = start + 4
        start = item + length
        return Array(buffer[item..<start])
    }
}
