/// The bits of a NAL unit's payload, to take headers apart and to build wrong ones.
struct BitList {
    private(set) var bits: [Bool] = []

    init() {}

    /// What a NAL unit without its header says (H.264 7.3.1): no emulation prevention, no trailing bits.
    init(payload: ArraySlice<UInt8>) {
        var zeros = 0
        for byte in payload {
            if zeros >= 2 && byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            put(UInt32(byte), 8)
        }
        while bits.last == false { bits.removeLast() }
        if !bits.isEmpty { bits.removeLast() }
    }

    /// u(count)
    mutating func put(_ value: UInt32, _ count: Int) {
        for place in (0..<count).reversed() { bits.append(value >> UInt32(place) & 1 == 1) }
    }

    mutating func put(_ flag: Bool) { bits.append(flag) }

    /// ue(v)
    mutating func golomb(_ value: UInt32) {
        let length = 32 - (value + 1).leadingZeroBitCount
        put(0, length - 1)
        put(value + 1, length)
    }

    mutating func append(_ other: ArraySlice<Bool>) { bits += other }

    /// The value of ue(v) at `place`, and where the next field begins.
    func golomb(at place: Int) -> (value: Int, next: Int) {
        let zeros = bits[place...].prefix { !$0 }.count
        let end = place + 2 * zeros + 1
        return (bits[(place + zeros)..<end].reduce(0) { $0 << 1 | ($1 ? 1 : 0) } - 1, end)
    }

    /// A whole NAL unit with a start code: header, these bits, trailing bits, emulation prevention.
    func unit(header: UInt8) -> [UInt8] {
        var padded = bits + [true]
        while padded.count % 8 != 0 { padded.append(false) }
        var result: [UInt8] = [0, 0, 0, 1, header]
        var zeros = 0
        for start in stride(from: 0, to: padded.count, by: 8) {
            let byte = padded[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
            if zeros == 2 && byte <= 3 {
                result.append(3)
                zeros = 0
            }
            result.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return result
    }
}

/// The NAL units of a byte stream, without start codes.
func nalUnits(_ stream: [UInt8]) -> [ArraySlice<UInt8>] {
    var starts: [Int] = []
    for index in stream.indices.dropLast(2)
    where stream[index] == 0 && stream[index + 1] == 0 && stream[index + 2] == 1 { starts.append(index + 3) }
    return starts.indices.map { place in
        var end = place + 1 < starts.count ? starts[place + 1] - 3 : stream.count
        while end > starts[place], stream[end - 1] == 0 { end -= 1 }
        return stream[starts[place]..<end]
    }
}

/// Cuts a byte stream into access units (H.264 7.4.1.2.3, as far as encoders here go): one begins before the first NAL unit
/// after a picture that is not one more of its slices.
func accessUnits(_ stream: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var hasPicture = false
    for unit in nalUnits(stream) {
        let isSlice = [1, 5].contains(unit.first! & 31)
        // first_mb_in_slice is 0 when its first bit is set.
        let begins = [6, 7, 8, 9].contains(unit.first! & 31) || isSlice && unit.dropFirst().first! & 0x80 != 0
        if result.isEmpty || hasPicture && begins {
            result.append([])
            hasPicture = false
        }
        if isSlice { hasPicture = true }
        result[result.count - 1] += [0, 0, 0, 1] + unit
    }
    return result
}
