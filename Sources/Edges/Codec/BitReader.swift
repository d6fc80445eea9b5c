/// The payload of a NAL unit bit by bit, without the emulation prevention bytes (H.264 7.4.1.1). Past the end it throws.
struct BitReader {
    private let bytes: ArraySlice<UInt8>
    private var next: Int
    private var zeros = 0
    private var current: UInt8 = 0
    private var left = 0

    /// `bytes` begins after the NAL unit's header.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        next = bytes.startIndex
    }

    private mutating func fill() throws(GateError) {
        guard next < bytes.endIndex else { throw .malformed }
        var byte = bytes[next]
        if zeros >= 2 && byte == 3 {
            next += 1
            zeros = 0
            guard next < bytes.endIndex else { throw .malformed }
            byte = bytes[next]
        }
        zeros = byte == 0 ? zeros + 1 : 0
        next += 1
        current = byte
        left = 8
    }

    mutating func bit() throws(GateError) -> Bool {
        if left == 0 { try fill() }
        left -= 1
        return current >> UInt8(left) & 1 == 1
    }

    /// u(n) with n ≤ 32.
    mutating func unsigned(_ count: Int) throws(GateError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count { value = value << 1 | (try bit() ? 1 : 0) }
        return value
    }

    /// ue(v), up to `limit`.
    mutating func exponential(limit: UInt32) throws(GateError) -> Int {
        var zeros = 0
        while try !bit() {
            zeros += 1
            guard zeros <= 31 else { throw .malformed }
        }
        let value = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(zeros)) - 1) + (try unsigned(zeros))
        guard value <= limit else { throw .malformed }
        return Int(value)
    }

    /// se(v), from -`limit` to `limit`.
    mutating func signed(limit: UInt32) throws(GateError) -> Int {
        let code = try exponential(limit: limit * 2)
        return code & 1 == 1 ? (code + 1) / 2 : -(code / 2)
    }

    /// rbsp_trailing_bits (7.3.2.11): a one, zeros up to the end of the byte, and nothing after them.
    mutating func expectEnd() throws(GateError) {
        guard try bit() else { throw .malformed }
        while left > 0 { guard try !bit() else { throw .malformed } }
        guard next == bytes.endIndex else { throw .malformed }
    }
}
