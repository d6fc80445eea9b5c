public import Pictures

/// The colours of the trusted environment. Text stands on its ground with a contrast of at least 7:1 (WCAG 2.2, 1.4.6).
public enum Theme {
    /// What text, and each sign that means something, has to its ground at least.
    public static let contrast = 7.0
    public static let ground = Colour(argb: 0xFF0F_1624)
    public static let card = Colour(argb: 0xFF1B_2536)
    public static let cardEdge = Colour(argb: 0xFF31_3E55)
    public static let strip = Colour(argb: 0xFF07_0B13)
    public static let text = Colour(argb: 0xFFF5_F7FA)
    public static let quiet = Colour(argb: 0xFFB9_C5D6)
    public static let good = Colour(argb: 0xFF4A_DE9C)
    public static let caution = Colour(argb: 0xFFFB_C64B)
    public static let bad = Colour(argb: 0xFFFF_9A96)
    public static let notice = Colour(argb: 0xFF8E_C5FF)
    public static let paper = Colour(argb: 0xFFF7_F9FC)
}

extension Colour {
    /// Relative luminance (WCAG 2.2), 0 to 1.
    public var luminance: Double {
        func linear(_ channel: UInt8) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : power((value + 0.055) / 1.055)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio (WCAG 2.2), 1 to 21.
    public func contrast(with other: Colour) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// This colour, lightened until it stands out from `ground` by `contrast`.
    func lightened(on ground: Colour, contrast wanted: Double) -> Colour {
        for step in stride(from: 0, through: 255, by: 15) {
            let colour = blended(with: Theme.text, coverage: UInt8(step))
            if colour.contrast(with: ground) >= wanted { return colour }
        }
        return Theme.text
    }

    /// Of the light and the dark text colour, the one that is easier to read on this one.
    var inkOnIt: Colour {
        contrast(with: Theme.text) >= contrast(with: Theme.ground) ? Theme.text : Theme.ground
    }

    /// This colour as a ground for its ink: the middle tones, on which nothing stands out, are made darker or lighter.
    package var asGround: Colour {
        let ink = inkOnIt
        let end = ink == Theme.text ? Colour(argb: 0xFF00_0000) : Colour(argb: 0xFFFF_FFFF)
        for step in stride(from: 0, through: 255, by: 5) {
            let colour = blended(with: end, coverage: UInt8(step))
            if colour.contrast(with: ink) >= Theme.contrast { return colour }
        }
        return end
    }
}

/// `base` to the power of 2.4, for 0…1: its square times the fifth root of its square, by Newton. (The C library's needs
/// the C library, which no stage imports.)
private func power(_ base: Double) -> Double {
    let square = base * base
    guard square > 0 else { return 0 }
    var root = 1.0
    for _ in 0..<30 { root = (4 * root + square / (root * root * root * root)) / 5 }
    return square * root
}
