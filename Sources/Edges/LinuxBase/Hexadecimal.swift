extension Sequence<UInt8> {
    /// Two lower-case digits a byte.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

extension [UInt8] {
    /// ASCII digits of either case; nil for an odd count and for anything that is no digit.
    public init?(hexadecimal text: [UInt8]) {
        let values = text.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard text.count.isMultiple(of: 2), values.count == text.count, text.allSatisfy({ $0 < 0x80 }) else {
            return nil
        }
        self = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
