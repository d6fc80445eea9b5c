public import Evdev
public import Wire

/// What the keys of a kernel keypad mean.
public struct KeyMap: Equatable, Sendable {
    public private(set) var keys: [InputKey: Key]

    public subscript(key: InputKey) -> Key? { keys[key] }

    /// Digits (both rows, and those of phone keypads), Enter, Escape, Backspace, F1…F8 and the arrows.
    public static let standard: KeyMap = {
        var names: [String: Key] = [
            "KEY_ENTER": .ok, "KEY_KPENTER": .ok, "KEY_OK": .ok, "KEY_ESC": .cancel, "KEY_CANCEL": .cancel,
            "KEY_BACKSPACE": .clear, "KEY_CLEAR": .clear, "KEY_UP": .up, "KEY_DOWN": .down, "KEY_LEFT": .left,
            "KEY_RIGHT": .right,
        ]
        for digit in UInt8(0)...9 {
            for row in ["KEY_", "KEY_KP", "KEY_NUMERIC_"] { names["\(row)\(digit)"] = .digit(digit) }
        }
        for number in UInt8(1)...8 { names["KEY_F\(number)"] = .function(number) }
        var keys: [InputKey: Key] = [:]
        for (name, key) in names {
            if let code = InputKey(named: name) { keys[code] = key }
        }
        return KeyMap(keys: keys)
    }()

    public init(keys: [InputKey: Key] = [:]) { self.keys = keys }

    /// Most lines of a map, and bytes of one.
    public static let lineLimit = 1024
    public static let lineBytes = 128

    /// The standard map as a board changes it: lines `KEY_KPDOT = clear`. On the left a name of the kernel's or a number
    /// (`96`, `0x60`); on the right a key as in a script (`5`, `ok`, `f1`, `char x`), or `none` for a key that does
    /// nothing. `* = none` makes a map of these lines alone. Blank lines and lines that begin with `#` say nothing.
    public init(lines: [Substring], changing base: KeyMap = .standard) throws(KeyMapError) {
        guard lines.count <= Self.lineLimit else { throw KeyMapError(line: Self.lineLimit + 1, problem: .tooManyLines) }
        keys = base.keys
        var seen: Set<InputKey> = []
        var isEmptied = false
        for (index, line) in lines.enumerated() {
            do throws(KeyMapError.Problem) {
                switch try Line(parsing: line) {
                case .nothing: break
                case .forgetAll:
                    guard seen.isEmpty, !isEmptied else { throw .emptiedLate }
                    isEmptied = true
                    keys = [:]
                case .key(let code, let key):
                    guard seen.insert(code).inserted else { throw .twice(code) }
                    keys[code] = key
                }
            } catch {
                throw KeyMapError(line: index + 1, problem: error)
            }
        }
    }

    /// The same from a text, whatever its line ends (to Swift, a carriage return and a line feed are one character).
    public init(text: String, changing base: KeyMap = .standard) throws(KeyMapError) {
        try self.init(lines: text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline), changing: base)
    }

    private enum Line {
        case nothing
        case forgetAll
        case key(InputKey, Key?)

        init(parsing line: Substring) throws(KeyMapError.Problem) {
            guard line.utf8.count <= KeyMap.lineBytes else { throw .tooLong }
            let text = Self.trimmed(line)
            guard let first = text.first, first != "#" else {
                self = .nothing
                return
            }
            guard let equals = text.firstIndex(of: "=") else { throw .noEquals }
            let name = Self.trimmed(text[..<equals])
            let value = Self.trimmed(text[text.index(after: equals)...])
            if name == "*" {
                guard value == "none" else { throw .badValue(String(value)) }
                self = .forgetAll
                return
            }
            guard let code = Self.code(name) else { throw .unknownKey(String(name)) }
            if value == "none" {
                self = .key(code, nil)
            } else if case .key(let key)? = KeyWord(parsing: value) {
                self = .key(code, key)
            } else {
                throw .badValue(String(value))
            }
        }

        private static func code(_ name: Substring) -> InputKey? {
            if name.hasPrefix("KEY_") || name.hasPrefix("BTN_") { return InputKey(named: String(name)) }
            let number = name.hasPrefix("0x") ? UInt16(name.dropFirst(2), radix: 16) : UInt16(name)
            // Codes end at KEY_MAX (0x2ff); 0 is KEY_RESERVED.
            return number.flatMap { (1..<0x2FF).contains($0) ? InputKey(rawValue: $0) : nil }
        }

        private static func trimmed(_ text: Substring) -> Substring {
            let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
            var rest = text.drop(while: isBlank)
            while let last = rest.last, isBlank(last) { rest.removeLast() }
            return rest
        }
    }
}

/// A line of a key map that says nothing usable; lines are numbered from 1.
public struct KeyMapError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Problem: Error, Equatable, Sendable {
        case noEquals
        case unknownKey(String)
        case badValue(String)
        case twice(InputKey)
        case emptiedLate
        case tooLong
        case tooManyLines
    }

    public let line: Int
    public let problem: Problem

    public var description: String { "line \(line) of the key map \(words)" }

    private var words: String {
        switch problem {
        case .noEquals: "has no equals sign: expected KEY_NAME = key"
        case .unknownKey(let name): "names \"\(name)\", which is no key of the kernel's (KEY_…, BTN_… or a number)"
        case .badValue(let value):
            "gives \"\(value)\", which is no key: expected 0…9, ok, cancel, clear, f1…f8, up, down, left, right, char X or none"
        case .twice(let key): "gives \(key) a second meaning"
        case .emptiedLate: "has \"* = none\", which must be the first line of the map"
        case .tooLong: "is longer than \(KeyMap.lineBytes) bytes"
        case .tooManyLines: "is one too many"
        }
    }
}
