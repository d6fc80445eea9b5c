public import Evdev

/// Which kernel input devices the board lets the terminal use, as one rule; a device that matches no rule is never even
/// opened.
///
/// | text | matches |
/// |---|---|
/// | `path=/dev/input/by-path/…` | the device that the name leads to |
/// | `phys=usb-0000:00:1a.0-1.5/input0` | the place on the bus, as the driver words it |
/// | `tag=vitrine-keypad` | what a udev rule gave this tag |
/// | `usb=1234:abcd` | a USB device's vendor and product (hexadecimal) |
/// | `name=QEMU Virtio Keyboard` | the name that the device gives itself |
///
/// Anybody can build a USB device that says any name, vendor and product: where strangers reach the ports, use a place.
public enum KeypadMatch: Hashable, Sendable, CustomStringConvertible {
    case path(String)
    case phys(String)
    case tag(String)
    case usb(vendor: UInt16, product: UInt16)
    case name(String)

    /// Longest value of a rule, in bytes: the kernel's names are shorter than 256.
    public static let valueBytes = 255
    /// Most rules of one board.
    public static let limit = 16

    static let kinds = "path=, phys=, tag=, usb= or name="

    public init(parsing text: Substring) throws(KeypadMatchError) {
        guard let equals = text.firstIndex(of: "=") else { throw .notRule(String(text)) }
        let value = String(text[text.index(after: equals)...])
        let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard !value.isEmpty, value.utf8.count <= Self.valueBytes, isPlain else { throw .badValue(String(text)) }
        switch text[..<equals] {
        case "path":
            // What lies elsewhere is no input device; `..` would lead there.
            guard value.hasPrefix("/dev/input/"), !value.split(separator: "/").contains("..") else {
                throw .badPath(value)
            }
            self = .path(value)
        case "phys": self = .phys(value)
        case "tag":
            guard !value.contains("/"), value != ".", value != ".." else { throw .badValue(String(text)) }
            self = .tag(value)
        case "usb": self = try Self.usb(value)
        case "name": self = .name(value)
        default: throw .unknownKind(String(text[..<equals]))
        }
    }

    /// Rules with commas between them. A comma inside a value is fine, as in `name=Keypads, Inc. Pad`: only one before a
    /// word with an equals sign begins the next rule.
    public static func list(parsing text: Substring) throws(KeypadMatchError) -> [KeypadMatch] {
        var pieces: [Substring] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            if let last = pieces.last, !beginsRule(piece) {
                pieces[pieces.count - 1] = text[last.startIndex..<piece.endIndex]
            } else {
                pieces.append(piece)
            }
        }
        guard pieces.count <= limit else { throw .tooMany }
        var rules: [KeypadMatch] = []
        for piece in pieces {
            let rule = try KeypadMatch(parsing: piece)
            guard !rules.contains(rule) else { throw .twice(rule.description) }
            rules.append(rule)
        }
        return rules
    }

    public func matches(_ node: InputNode) -> Bool {
        switch self {
        case .path(let path): node.names.contains(path)
        case .phys(let phys): node.identity.phys == phys
        case .tag(let tag): node.tags.contains(tag)
        case .usb(let vendor, let product):
            node.identity.bus == InputIdentity.usb && node.identity.vendor == vendor && node.identity.product == product
        case .name(let name): node.identity.name == name
        }
    }

    public var description: String {
        switch self {
        case .path(let path): "path=\(path)"
        case .phys(let phys): "phys=\(phys)"
        case .tag(let tag): "tag=\(tag)"
        case .usb(let vendor, let product): "usb=\(Self.hex(vendor)):\(Self.hex(product))"
        case .name(let name): "name=\(name)"
        }
    }

    private static func beginsRule(_ piece: Substring) -> Bool {
        let word = piece.prefix { ("a"..."z").contains($0) }
        return !word.isEmpty && piece[word.endIndex...].first == "="
    }

    private static func usb(_ value: String) throws(KeypadMatchError) -> KeypadMatch {
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        let isHex = parts.allSatisfy { $0.utf8.count == 4 && $0.allSatisfy(\.isHexDigit) }
        guard parts.count == 2, isHex, let vendor = UInt16(parts[0], radix: 16),
            let product = UInt16(parts[1], radix: 16)
        else { throw .badUSB(value) }
        return .usb(vendor: vendor, product: product)
    }

    private static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// What is wrong with a keypad rule, in the words of whoever wrote it.
public enum KeypadMatchError: Error, Equatable, Sendable, CustomStringConvertible {
    case notRule(String)
    case unknownKind(String)
    case badValue(String)
    case badPath(String)
    case badUSB(String)
    case twice(String)
    case tooMany

    public var description: String {
        switch self {
        case .notRule(let text): "\"\(text)\" is no keypad rule: expected \(KeypadMatch.kinds)"
        case .unknownKind(let kind): "there is no keypad rule \"\(kind)=\": expected \(KeypadMatch.kinds)"
        case .badValue(let text): "the keypad rule \"\(text)\" has no usable value"
        case .badPath(let path): "\(path) is no name below /dev/input"
        case .badUSB(let text):
            "\"\(text)\" is no vendor and product: expected four and four hexadecimal digits (1234:abcd)"
        case .twice(let rule): "the keypad rule \(rule) stands there twice"
        case .tooMany: "there are more than \(KeypadMatch.limit) keypad rules"
        }
    }
}
