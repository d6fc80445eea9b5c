internal import Secrets

extension SecretBytes {
    borrowing func octet(_ index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "a byte outside the secret")
        // Within the secret, checked above.
        return unsafe withBytes { unsafe $0[index] }
    }

    mutating func setOctet(_ index: Int, _ value: UInt8) {
        precondition(index >= 0 && index < count, "a byte outside the secret")
        // Within the secret, checked above.
        unsafe withMutableBytes { unsafe $0[index] = value }
    }

    /// Copies `range` of `bytes` to `offset`.
    mutating func write(_ bytes: RawSpan, _ range: Range<Int>, at offset: Int) {
        precondition(offset >= 0 && offset <= count && range.count <= count - offset, "bytes outside the secret")
        unsafe withMutableBytes { secret in
            // Within the secret, checked above.
            for index in range { unsafe secret[offset + index - range.lowerBound] = bytes.byte(index) }
        }
    }

    /// A copy of `range` of `bytes`.
    init(_ bytes: RawSpan, _ range: Range<Int>) {
        self.init(count: range.count)
        write(bytes, range, at: 0)
    }
}
