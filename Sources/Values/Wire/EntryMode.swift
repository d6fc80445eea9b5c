/// What the application wants from the person at the terminal now. `pin` takes the keypad from `keys`: digits then stay
/// in the terminal.
public struct EntryMode: OptionSet, Hashable, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Nothing may be entered.
    public static let none: EntryMode = []
    /// Each key as it is pressed (the patent's character by character).
    public static let keys = EntryMode(rawValue: 1)
    /// A PIN, typed at the terminal and sent encrypted for the issuer's host.
    public static let pin = EntryMode(rawValue: 2)
    /// A payment card on a reader.
    public static let card = EntryMode(rawValue: 4)
    /// A merchant's code, before the camera or on a tag.
    public static let code = EntryMode(rawValue: 8)
    /// Where a finger is on a touch screen.
    public static let touch = EntryMode(rawValue: 16)

    /// Every mode of this version by its name in manifests and tables.
    public static let named: [(name: String, mode: EntryMode)] = [
        ("keys", .keys), ("pin", .pin), ("card", .card), ("code", .code), ("touch", .touch),
    ]

    public static let all = named.reduce(EntryMode.none) { $0.union($1.mode) }

    /// Each mode that is in it, by itself, ascending.
    public var single: [EntryMode] { Self.named.map(\.mode).filter(contains) }

    /// nil for a number with a mode that this version does not know.
    public init?(known number: UInt64) {
        self.init(rawValue: number)
        guard isSubset(of: .all) else { return nil }
    }

    /// A mode of its own.
    public init?(name: String) {
        guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
        self = found.mode
    }
}

extension EntryMode: CustomStringConvertible {
    public var description: String {
        isEmpty ? "none" : Self.named.filter { contains($0.mode) }.map(\.name).joined(separator: ",")
    }
}
