/// Frames that say nothing. Where what is typed must not be seen in when and how much is sent, every slot of time is
/// filled with the same number of bytes (`SlotQueue`), and this is what fills them.
public enum Padding {
    /// The shortest: length field, map, key 0, kind, key 1, empty byte string.
    public static let leastBytes = 10

    /// A frame of `bytes` bytes or, where CBOR has no such length, one more; `leastBytes` at least.
    public static func frame(bytes: Int) -> [UInt8] {
        var count = max(0, bytes - leastBytes)
        // The head of a byte string takes one byte up to 23, two up to 255, then three. At 24 and 256 no count fits, and
        // the frame becomes a byte longer: never shorter, or a slot would not be full.
        if count > 24 { count -= 1 }
        if count > 256 { count -= 1 }
        var writer = CBORWriter(capacity: bytes + 4)
        writer.openFrame()
        writer.write(.fields([0: .unsigned(Kind.padding), 1: .bytes([UInt8](repeating: 0, count: count))]))
        writer.closeFrame()
        return writer.bytes
    }
}

/// What waits to be sent in slots of one size. Frames go in whole and come out cut where the slots end: whoever counts
/// bytes on the connection learns nothing of them.
public struct SlotQueue: Sendable {
    private let slotBytes: Int
    private var waiting: [UInt8] = []
    private var start = 0

    /// `slotBytes` at least `Padding.leastBytes`.
    public init(slotBytes: Int) {
        precondition(slotBytes >= Padding.leastBytes, "a slot holds a padding frame")
        self.slotBytes = slotBytes
    }

    /// Bytes of messages, and of padding that was cut, that have not gone out.
    public var count: Int { waiting.count - start }

    public mutating func append(_ frame: [UInt8]) { waiting.append(contentsOf: frame) }

    /// The next slot's bytes, always as many.
    public mutating func next() -> [UInt8] {
        if count < slotBytes { waiting.append(contentsOf: Padding.frame(bytes: slotBytes - count)) }
        let end = start + slotBytes
        defer {
            start = end
            if start >= 1 << 16 || start == waiting.count {
                waiting.removeSubrange(..<start)
                start = 0
            }
        }
        return Array(waiting[start..<end])
    }

    /// Everything that waits, at once: the slots are over.
    public mutating func drain() -> [UInt8] {
        defer {
            waiting = []
            start = 0
        }
        return Array(waiting[start...])
    }
}
