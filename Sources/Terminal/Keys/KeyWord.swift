public import Wire

/// One line of a key script: `0`…`9`, `ok`, `cancel`, `clear`, `f1`…`f8`, `up`, `down`, `left`, `right`, `char X`,
/// `wait 200ms`, `wait 2s`. Blank lines and lines that begin with `#` say nothing.
public enum KeyWord: Equatable, Sendable {
    case key(Key)
    case wait(Duration)
    case nothing

    /// Longest `wait`; a script that waits longer has a mistake in it.
    public static let longestWait: Duration = .seconds(600)

    /// nil for a line that is none of the above.
    public init?(parsing line: Substring) {
        if let scalar = Self.character(line) {
            self = .key(.character(scalar))
            return
        }
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
        guard let first = words.first, !first.hasPrefix("#") else {
            self = .nothing
            return
        }
        if first == "wait" {
            guard words.count == 2, let duration = Self.duration(words[1]) else { return nil }
            self = .wait(duration)
            return
        }
        guard words.count == 1, let key = Self.key(first) else { return nil }
        self = .key(key)
    }

    /// True for what `Key.character` may hold (see there).
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) || scalar.value >= 0xA0
    }

    /// `char X`, where X is one scalar and may be a space.
    private static func character(_ line: Substring) -> Unicode.Scalar? {
        guard line.hasPrefix("char ") else { return nil }
        var rest = line.dropFirst(5).unicodeScalars
        while rest.count > 1, rest.last == "\r" { rest.removeLast() }
        guard rest.count == 1, let scalar = rest.first, isPrintable(scalar) else { return nil }
        return scalar
    }

    private static func key(_ word: Substring) -> Key? {
        switch word {
        case "ok": return .ok
        case "cancel": return .cancel
        case "clear": return .clear
        case "up": return .up
        case "down": return .down
        case "left": return .left
        case "right": return .right
        default: break
        }
        let bytes = Array(word.utf8)
        if bytes.count == 1, (0x30...0x39).contains(bytes[0]) { return .digit(bytes[0] - 0x30) }
        if bytes.count == 2, bytes[0] == 0x66, (0x31...0x38).contains(bytes[1]) { return .function(bytes[1] - 0x30) }
        return nil
    }

    private static func duration(_ word: Substring) -> Duration? {
        let (number, unit): (Substring, (Int) -> Duration) =
            if word.hasSuffix("ms") {
                (word.dropLast(2), { .milliseconds($0) })
            } else if word.hasSuffix("s") {
                (word.dropLast(1), { .seconds($0) })
            } else {
                ("", { .seconds($0) })
            }
        guard number.utf8.count <= 6, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int(number), unit(value) <= longestWait
        else { return nil }
        return unit(value)
    }
}
