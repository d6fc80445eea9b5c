public import Pictures

/// What travels on the socket pair between terminal and decoder: packets of one size, numbers in little-endian order.
/// Access units and pictures never do; they lie in shared memory.
///
///     byte 0   1      2       3      4…7     8…15      16…19  20…23   24…27         28    29       30     31
///     kind     index  matrix  range  length  sequence  width  height  maximumBytes  zero  profile  level  zero
public enum DecoderMessage: Equatable, Sendable {
    /// Terminal → decoder, first, with descriptors: the input slots, and each frame buffer.
    case configure(DecoderTerms)
    /// Terminal → decoder: an access unit of `length` bytes lies in input slot `slot`.
    case unit(sequence: UInt64, slot: Int, length: Int)
    /// Terminal → decoder: the buffer of a frame may be used again.
    case release(buffer: Int)
    /// Decoder → terminal: confined, waiting for access units.
    case ready
    /// Decoder → terminal: the picture of the oldest unanswered unit is in `buffer`, which the terminal holds now.
    case frame(sequence: UInt64, buffer: Int, microseconds: UInt32, colour: ColourDescription)
    /// Decoder → terminal: the oldest unanswered unit gives no picture.
    case refused(sequence: UInt64, reason: DecoderRefusal)

    public static let byteCount = 32

    /// Nil for anything that no encoder makes.
    public init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let start = bytes.startIndex
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            bytes[(start + offset)..<(start + offset + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let index = Int(number(1, 1))
        let length = number(4, 4)
        let sequence = number(8, 8)
        switch number(0, 1) {
        case 1:
            guard
                let terms = DecoderTerms(
                    width: Int(number(16, 4)), height: Int(number(20, 4)), maximumBytes: Int(number(24, 4)),
                    profile: Int(number(29, 1)), level: Int(number(30, 1)))
            else { return nil }
            self = .configure(terms)
        case 2: self = .unit(sequence: sequence, slot: index, length: Int(length))
        case 3: self = .release(buffer: index)
        case 4: self = .ready
        case 5:
            guard let matrix = ColourDescription.Matrix(rawValue: UInt8(number(2, 1))),
                let range = ColourDescription.Range(rawValue: UInt8(number(3, 1)))
            else { return nil }
            self = .frame(
                sequence: sequence, buffer: index, microseconds: UInt32(length),
                colour: ColourDescription(matrix: matrix, range: range))
        case 6:
            guard let reason = DecoderRefusal(rawValue: UInt8(index)) else { return nil }
            self = .refused(sequence: sequence, reason: reason)
        default: return nil
        }
    }

    public func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        func put(_ value: UInt64, _ offset: Int, _ count: Int) {
            for place in 0..<count { bytes[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * place)) }
        }
        switch self {
        case .configure(let terms):
            put(1, 0, 1)
            put(UInt64(terms.size.width), 16, 4)
            put(UInt64(terms.size.height), 20, 4)
            put(UInt64(terms.maximumBytes), 24, 4)
            put(UInt64(terms.profile), 29, 1)
            put(UInt64(terms.level), 30, 1)
        case .unit(let sequence, let slot, let length):
            put(2, 0, 1)
            put(UInt64(slot), 1, 1)
            put(UInt64(length), 4, 4)
            put(sequence, 8, 8)
        case .release(let buffer):
            put(3, 0, 1)
            put(UInt64(buffer), 1, 1)
        case .ready:
            put(4, 0, 1)
        case .frame(let sequence, let buffer, let microseconds, let colour):
            put(5, 0, 1)
            put(UInt64(buffer), 1, 1)
            put(UInt64(colour.matrix.rawValue), 2, 1)
            put(UInt64(colour.range.rawValue), 3, 1)
            put(UInt64(microseconds), 4, 4)
            put(sequence, 8, 8)
        case .refused(let sequence, let reason):
            put(6, 0, 1)
            put(UInt64(reason.rawValue), 1, 1)
            put(sequence, 8, 8)
        }
        return bytes
    }
}
