/// What a text on the wire may hold. Texts end up on the trusted screen and in logs.
public enum WireText {
    /// True when the UTF-8 length is in `bytes` and no scalar could move, hide or break what stands beside it: no
    /// control characters, line or paragraph separators, or bidirectional overrides and isolates.
    public static func isClean(_ text: String, bytes: ClosedRange<Int>) -> Bool {
        bytes.contains(text.utf8.count) && text.unicodeScalars.allSatisfy(isPlain)
    }

    /// `text` with forbidden scalars replaced by U+FFFD and cut to `limit` bytes at a scalar's edge. For prose that
    /// this end composed (reasons, software names): a reason that is too long must not cost the connection.
    public static func cleaned(_ text: String, limit: Int = WireLimits.textBytes) -> String {
        if isClean(text, bytes: 0...limit) { return text }
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            let kept = isPlain(scalar) ? scalar : "\u{fffd}"
            count += UTF8.width(kept)
            guard count <= limit else { break }
            result.append(kept)
        }
        return String(result)
    }

    static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: false
        case 0x2028...0x202e, 0x2066...0x2069: false
        default: true
        }
    }
}
