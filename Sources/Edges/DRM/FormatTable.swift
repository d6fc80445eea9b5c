/// The blob of a plane's IN_FORMATS property (`struct drm_format_modifier_blob`): formats, and for each modifier a window
/// of 64 bits over them.
public struct FormatTable: Equatable, Sendable {
    public let formats: [PixelFormat: Set<FormatModifier>]

    /// Nil for another version than 1, and where a count or an offset leads outside the bytes.
    public init?(_ bytes: [UInt8]) {
        let words = NativeWords(bytes[...])
        guard words.load(UInt32.self, at: 0) == 1, let formatCount = words.load(UInt32.self, at: 8),
            let formatOffset = words.load(UInt32.self, at: 12), let modifierCount = words.load(UInt32.self, at: 16),
            let modifierOffset = words.load(UInt32.self, at: 20),
            Int(formatOffset) + 4 * Int(formatCount) <= words.count,
            Int(modifierOffset) + Self.modifierBytes * Int(modifierCount) <= words.count
        else { return nil }
        let list = (0..<Int(formatCount)).compactMap { index in
            words.load(UInt32.self, at: Int(formatOffset) + 4 * index).map(PixelFormat.init)
        }
        var table = Dictionary(list.map { ($0, Set<FormatModifier>()) }, uniquingKeysWith: { first, _ in first })
        for index in 0..<Int(modifierCount) {
            let start = Int(modifierOffset) + Self.modifierBytes * index
            guard let bits = words.load(UInt64.self, at: start), let first = words.load(UInt32.self, at: start + 8),
                let modifier = words.load(UInt64.self, at: start + 16)
            else { return nil }
            for bit in 0..<64 where bits >> UInt64(bit) & 1 == 1 && Int(first) + bit < list.count {
                table[list[Int(first) + bit]]?.insert(FormatModifier(rawValue: modifier))
            }
        }
        formats = table
    }

    /// `struct drm_format_modifier`: 64 bits, where they begin, four bytes of nothing, the modifier.
    private static let modifierBytes = 24
}
