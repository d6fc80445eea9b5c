/// The name of a record. 1 to 96 of `a-z A-Z 0-9 . _ -` with at most one `/` inside; no part begins with a dot, and
/// none ends with `.new`, which is where a file is written before it takes its name.
struct RecordName: Hashable, Comparable {
    static let limit = 96
    private static let separator = "%2F"
    let text: String

    init(_ text: String) throws(SealError) {
        guard Self.isValid(text) else { throw .badName(text) }
        self.text = text
    }

    static func < (one: RecordName, other: RecordName) -> Bool { one.text < other.text }

    /// The file of one version of the record. Versions have files of their own, so that the old ones are there until
    /// the new ones count.
    func fileName(version: UInt64) -> String {
        text.split(separator: "/").joined(separator: Self.separator) + "@\(version)"
    }

    /// True for files that are, or were to become, some version of some record; others are strangers'.
    static func isFileName(_ name: String) -> Bool {
        let name = name.hasSuffix(".new") ? name.dropLast(4) : Substring(name)
        let parts = name.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, UInt64(parts[1]) != nil, !parts[0].contains("/") else { return false }
        return isValid(split(String(parts[0]), at: separator).joined(separator: "/"))
    }

    private static func isValid(_ text: String) -> Bool {
        guard (1...limit).contains(text.utf8.count) else { return false }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count <= 2
            && parts.allSatisfy { part in
                !part.isEmpty && !part.hasPrefix(".") && !part.hasSuffix(".new") && part.utf8.allSatisfy(isAllowed)
            }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func split(_ text: String, at separator: String) -> [String] {
        var parts: [String] = []
        var rest = Substring(text)
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
