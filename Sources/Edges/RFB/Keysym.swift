/// X11 key symbols (keysymdef.h), as RFB's KeyEvent carries them.
public enum Keysym {
    public static let backspace: UInt32 = 0xff08
    public static let tab: UInt32 = 0xff09
    public static let clear: UInt32 = 0xff0b
    public static let enter: UInt32 = 0xff0d
    public static let escape: UInt32 = 0xff1b
    public static let home: UInt32 = 0xff50
    public static let left: UInt32 = 0xff51
    public static let up: UInt32 = 0xff52
    public static let right: UInt32 = 0xff53
    public static let down: UInt32 = 0xff54
    public static let end: UInt32 = 0xff57
    public static let delete: UInt32 = 0xffff
    public static let keypadEnter: UInt32 = 0xff8d
    public static let keypadZero: UInt32 = 0xffb0

    /// F1 is 1; defined to F35.
    public static func function(_ number: Int) -> UInt32 { 0xffbd + UInt32(clamping: max(1, min(number, 35))) }

    /// Latin-1 stands for itself, all else is its code point with bit 24 set.
    public static func character(_ scalar: Unicode.Scalar) -> UInt32 {
        let latin1 = (0x20...0x7e).contains(scalar.value) || (0xa0...0xff).contains(scalar.value)
        return latin1 ? scalar.value : 0x0100_0000 | scalar.value
    }

    /// The character that a key symbol stands for, keypad digits included; nil for function keys.
    public static func scalar(of keysym: UInt32) -> Unicode.Scalar? {
        switch keysym {
        case 0x20...0x7e, 0xa0...0xff: Unicode.Scalar(keysym)
        case keypadZero...(keypadZero + 9): Unicode.Scalar(0x30 + keysym - keypadZero)
        case 0x0100_0000...0x0110_ffff: Unicode.Scalar(keysym & 0x00ff_ffff)
        default: nil
        }
    }

    /// The number of a function key, F1 is 1; nil for anything else.
    public static func functionNumber(of keysym: UInt32) -> Int? {
        (0xffbe...0xffe0).contains(keysym) ? Int(keysym - 0xffbd) : nil
    }
}
