internal import RFB
public import Wire

extension Key {
    /// The key that an X11 key symbol stands for; nil for those that a terminal does not have. Digits are digits on every
    /// keyboard, Enter is OK, Escape is cancel, Backspace, Delete and Clear are clear.
    public init?(keysym: UInt32) {
        /// keysymdef.h, XK_Clear: in the keypad's middle.
        let clear: UInt32 = 0xff0b
        switch keysym {
        case Keysym.enter, Keysym.keypadEnter: self = .ok
        case Keysym.escape: self = .cancel
        case Keysym.backspace, Keysym.delete, clear: self = .clear
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
                self = isDigit ? .digit(UInt8(scalar.value - 0x30)) : .character(scalar)
            } else {
                return nil
            }
        }
    }
}
