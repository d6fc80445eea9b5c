internal import Secrets

/// Single bytes of a secret, in place: nothing here leaves a copy outside `SecretBytes`.
extension SecretBytes {
    borrowing func octet(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "a byte outside the secret")
        return unsafe withBytes { bytes in
            // SAFETY: within the secret, checked above.
            unsafe bytes[index]
        }
    }

    mutating func setOctet(_ index: Int, _ value: UInt8) {
        precondition(index >= 0 && index < count, "a byte outside the secret")
        unsafe withMutableBytes { bytes in
            // SAFETY: within the secret, checked above.
            unsafe bytes[index] = value
        }
    }

    /// Bytes `range` as a secret of their own.
    borrowing func part(_ range: Range<Int>) -> SecretBytes {
        var result = SecretBytes(count: range.count)
        for index in range { result.setOctet(index - range.lowerBound, octet(index)) }
        return result
    }

    /// Writes all of `source` at `offset`.
    mutating func write(_ source: borrowing SecretBytes, at offset: Int) {
        for index in 0..<source.count { setOctet(offset + index, source.octet(index)) }
    }

    /// Writes what is no secret at `offset`.
    mutating func write(_ bytes: [UInt8], at offset: Int) {
        for (index, byte) in bytes.enumerated() { setOctet(offset + index, byte) }
    }

    /// A digit's value where the bytes are ASCII digits; nil for anything else.
    borrowing func digit(_ index: Int) -> UInt8? {
        let byte = octet(index)
        return (0x30...0x39).contains(byte) ? byte - 0x30 : nil
    }

    /// Four bits, counted from the most significant of byte 0 on.
    borrowing func nibble(_ index: Int) -> UInt8 {
        index % 2 == 0 ? octet(index / 2) >> 4 : octet(index / 2) & 15
    }

    mutating func setNibble(_ index: Int, _ value: UInt8) {
        let old = octet(index / 2)
        setOctet(index / 2, index % 2 == 0 ? value << 4 | old & 15 : old & 0xF0 | value)
    }
}
