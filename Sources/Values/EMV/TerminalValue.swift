/// A value that the terminal gives to a card, with what its format says about other lengths.
public struct TerminalValue: Equatable, Sendable {
    /// The formats of EMV Book 3 §4.3, as far as they differ in length rules.
    public enum Format: Sendable {
        /// `n`: digits to the right, zeros before them.
        case numeric
        /// `cn`: digits to the left, F after them.
        case compressedNumeric
        /// All others (`a`, `an`, `ans`, `b`): to the left, zero bytes after them.
        case other
    }

    public let bytes: [UInt8]
    public let format: Format

    public init(_ bytes: [UInt8], _ format: Format = .other) {
        self.bytes = bytes
        self.format = format
    }

    /// `number` in decimal digits, two to a byte. Digits to the left that do not fit are lost.
    public init(digits number: UInt64, bytes count: Int) {
        var rest = number
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices.reversed() {
            bytes[index] = UInt8(rest / 10 % 10) << 4 | UInt8(rest % 10)
            rest /= 100
        }
        self.init(bytes, .numeric)
    }

    /// The value in `length` bytes (EMV Book 3 §5.4): numbers lose or gain on the left, everything else on the right.
    public func fitted(to length: Int) -> [UInt8] {
        let missing = max(0, length - bytes.count)
        return switch format {
        case .numeric: [UInt8](repeating: 0x00, count: missing) + bytes.suffix(length)
        case .compressedNumeric: bytes.prefix(length) + [UInt8](repeating: 0xFF, count: missing)
        case .other: bytes.prefix(length) + [UInt8](repeating: 0x00, count: missing)
        }
    }
}
