extension RawSpan {
    /// One byte. An index outside is the caller's mistake and traps.
    func byte(_ index: Int) -> UInt8 {
        // Any bits are a byte, and unsafeLoad checks the bounds.
        unsafe unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }

    /// A copy, for what is no secret.
    func copy(_ range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        for index in range { bytes.append(byte(index)) }
        return bytes
    }

    func copy(_ range: Range<Int>?) -> [UInt8]? {
        guard let range else { return nil }
        return copy(range)
    }

    /// Four bits, the more significant half of byte 0 being number 0.
    func nibble(_ index: Int, from start: Int) -> UInt8 {
        let pair = byte(start + index / 2)
        return index % 2 == 0 ? pair >> 4 : pair & 15
    }
}
