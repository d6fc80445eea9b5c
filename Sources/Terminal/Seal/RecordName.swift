/// The name of a record, and of its file. 1 to 64 of `a-z A-Z 0-9 . _ -` with at most one `/` inside; no part begins with
/// a dot, and none ends with `.new`, which is where a record is written before it takes its name.
struct RecordName {
    static let limit = 64
    private static let separator = "%2F"
    let text: String

    init(_ text: String) throws(SealError) {
        guard Self.isValid(text) else { throw .badName(text) }
        self.text = text
    }

    /// The record that a file holds; nil for files that are no records (left by a write that was cut off, or strangers').
    init?(fileName: String) {
        let parts = Self.split(fileName, at: Self.separator)
        let text = parts.joined(separator: "/")
        guard Self.isValid(text), !fileName.contains("/") else { return nil }
        self.text = text
    }

    var fileName: String { text.split(separator: "/").joined(separator: Self.separator) }

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
