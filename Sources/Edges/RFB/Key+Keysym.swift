public import Wire

/// The terminal's keys as X11 key symbols (RFC 6143 §7.5.4) and back: the one table for the server, the kit and viewers.
extension Key {
    /// The key symbol that stands for this key; nil for a value outside the key's range.
    public var keysym: UInt32? {
        switch self {
        case .digit(let digit): digit <= 9 ? 0x30 + UInt32(digit) : nil
        case .ok: Keysym.enter
        case .cancel: Keysym.escape
        case .clear: Keysym.backspace
        case .function(let number): (1...8).contains(number) ? Keysym.function(Int(number)) : nil
        case .left: Keysym.left
        case .up: Keysym.up
        case .right: Keysym.right
        case .down: Keysym.down
        case .character(let scalar): Self.isPrintable(scalar) ? Keysym.character(scalar) : nil
        }
    }

    /// The key that a symbol stands for; nil for those that a terminal does not have. Digits are digits on every
    /// keyboard, Enter is OK, Escape is cancel, Backspace, Delete and Clear are clear.
    public init?(keysym: UInt32) {
        switch keysym {
        case Keysym.enter, Keysym.keypadEnter: self = .ok
        case Keysym.escape: self = .cancel
        case Keysym.backspace, Keysym.delete, Keysym.clear: self = .clear
        case Keysym.up: self = .up
        case Keysym.down: self = .down
        case Keysym.left: self = .left
        case Keysym.right: self = .right
        default:
            if let number = Keysym.functionNumber(of: keysym) {
                guard number <= 8 else { return nil }
                self = .function(UInt8(number))
            } else if let scalar = Keysym.scalar(of: keysym) {
                let isDigit = (0x30...0x39).contains(scalar.value)
                // A symbol may name a control character by its code point; no terminal has such a key.
                guard isDigit || Self.isPrintable(scalar) else { return nil }
                self = isDigit ? .digit(UInt8(scalar.value - 0x30)) : .character(scalar)
            } else {
                return nil
            }
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) || scalar.value >= 0xA0
    }
}
