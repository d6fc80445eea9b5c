// FuzzKit: seeded mutation of bytes, the table of what is fuzzed, and the loop. The same seed gives the same inputs on
// any machine, so a finding is named by a target, a seed and a number. Blind to coverage: it keeps what was accepted.

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, good enough to pick mutations.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    public init(seed: UInt64) { state = seed }
    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

public struct Mutator: Sendable {
    public var random: SeededGenerator
    /// Longest input made.
    public let limit: Int

    /// Bytes where parsers change their minds: ends of ranges, CBOR initial bytes, line ends.
    private static let telling: [UInt8] = [
        0x00, 0x01, 0x09, 0x0a, 0x0d, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x20, 0x22, 0x2c, 0x3d, 0x40, 0x5f, 0x60,
        0x7f,
        0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xf4, 0xf6, 0xf8, 0xf9, 0xfa, 0xfb, 0xff,
    ]

    public init(seed: UInt64, limit: Int = 8192) {
        random = SeededGenerator(seed: seed)
        self.limit = limit
    }

    /// One to eight changes of `input`; `other` gives parts to splice in.
    public mutating func mutate(_ input: [UInt8], other: [UInt8]) -> [UInt8] {
        var bytes = input
        // Half of all inputs get one change: most of a format stays whole.
        let changes = Bool.random(using: &random) ? 1 : Int.random(in: 2...8, using: &random)
        for _ in 0..<changes { change(&bytes, other: other) }
        if bytes.count > limit { bytes.removeSubrange(limit...) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8], other: [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = other.isEmpty ? [UInt8.random(in: 0...255, using: &random)] : other
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes[place] = Self.telling.randomElement(using: &random) ?? 0
        case 3: bytes[place] = bytes[place] &+ (Bool.random(using: &random) ? 1 : 255)
        case 4: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 5: bytes.removeSubrange(part(of: bytes, from: place))
        case 6: bytes.insert(contentsOf: bytes[part(of: bytes, from: place)], at: place)
        case 7: bytes.removeSubrange(place...)
        case 8: overwriteNumber(&bytes, at: place)
        default:
            guard !other.isEmpty else { return }
            let from = Int.random(in: 0..<other.count, using: &random)
            bytes.replaceSubrange(part(of: bytes, from: place), with: other[part(of: other, from: from)])
        }
    }

    /// A short stretch that begins at `start`.
    private mutating func part(of bytes: [UInt8], from start: Int) -> Range<Int> {
        start..<min(bytes.count, start + Int.random(in: 1...32, using: &random))
    }

    /// A big-endian number of 2, 4 or 8 bytes that is at an edge, or was one more or less before.
    private mutating func overwriteNumber(_ bytes: inout [UInt8], at place: Int) {
        let width = [2, 4, 8].randomElement(using: &random) ?? 2
        guard bytes.count - place >= width else { return }
        var value: UInt64 = 0
        for byte in bytes[place..<(place + width)] { value = value << 8 | UInt64(byte) }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: value = 0
        case 1: value = .max
        case 2: value = 1 << (UInt64(width) * 8 - 1)
        case 3: value &+= 1
        default: value &-= 1
        }
        for index in 0..<width {
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - index)))
        }
    }
}
