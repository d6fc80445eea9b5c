internal import RFB
public import Wire

extension Key {
    /// The X11 key symbol that RFB (RFC 6143 §7.5.4) carries for this key; nil for a value outside the key's range.
    public var symbol: UInt32? {
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

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) || scalar.value >= 0xA0
    }
}
