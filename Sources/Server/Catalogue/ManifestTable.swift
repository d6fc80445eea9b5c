internal import TOMLKit

/// A table of the manifest, read by key: every refusal names the key as the author wrote it.
struct ManifestTable {
    private let table: TOMLTable
    private let path: String

    init(_ table: TOMLTable, path: String) {
        self.table = table
        self.path = path
    }

    func has(_ key: String) -> Bool { table[key] != nil }
    var keys: [String] { table.keys.sorted() }

    /// A key that nobody reads is a typing error, and is refused before it is missed.
    func allow(_ keys: Set<String>) throws(CatalogueError) {
        for key in table.keys.sorted() where !keys.contains(key) {
            throw .manifest(key: path + key, problem: "unknown; known are \(keys.sorted().joined(separator: ", "))")
        }
    }

    func text(
        _ key: String, bytes: Int, expected: String, _ isGood: (String) -> Bool
    ) throws(CatalogueError) -> String {
        guard let value = table[key] else { throw .manifest(key: path + key, problem: "missing; expected \(expected)") }
        guard let text = value.string else {
            throw .manifest(key: path + key, problem: "not a text; expected \(expected)")
        }
        guard text.utf8.count <= bytes else { throw .manifest(key: path + key, problem: "longer than \(bytes) bytes") }
        guard isGood(text) else { throw .manifest(key: path + key, problem: "expected \(expected)") }
        return text
    }

    func texts(_ key: String, count: ClosedRange<Int>, bytes: Int) throws(CatalogueError) -> [String] {
        guard let value = table[key] else { throw .manifest(key: path + key, problem: "missing; expected an array") }
        guard let array = value.array else {
            throw .manifest(key: path + key, problem: "expected an array of texts")
        }
        guard count.contains(array.count) else {
            throw .manifest(key: path + key, problem: "expected \(count.lowerBound) to \(count.upperBound) texts")
        }
        var result: [String] = []
        for item in array {
            guard let text = item.string, text.utf8.count <= bytes, text.isPrintable else {
                throw .manifest(key: path + key, problem: "expected printable texts of at most \(bytes) bytes")
            }
            result.append(text)
        }
        return result
    }

    func number(_ key: String, _ range: ClosedRange<Int>, otherwise standard: Int) throws(CatalogueError) -> Int {
        guard let value = table[key] else { return standard }
        guard let number = value.int, range.contains(number) else {
            let expected = "expected a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .manifest(key: path + key, problem: expected)
        }
        return number
    }

    func flag(_ key: String, otherwise standard: Bool) throws(CatalogueError) -> Bool {
        guard let value = table[key] else { return standard }
        guard let flag = value.bool else { throw .manifest(key: path + key, problem: "expected true or false") }
        return flag
    }

    /// An array of tables, `[[key]]`.
    func tables(_ key: String, count: ClosedRange<Int>) throws(CatalogueError) -> [ManifestTable] {
        guard let value = table[key] else { return [] }
        guard let array = value.array, count.contains(array.count) else {
            throw .manifest(key: path + key, problem: "expected at most \(count.upperBound) tables, [[\(key)]]")
        }
        var result: [ManifestTable] = []
        for item in array {
            guard let inner = item.table else {
                throw .manifest(key: path + key, problem: "expected tables, [[\(key)]]")
            }
            result.append(ManifestTable(inner, path: "\(path)\(key)."))
        }
        return result
    }

    func table(_ key: String) throws(CatalogueError) -> ManifestTable? {
        guard has(key) else { return nil }
        guard let inner = tableIfAny(key) else { throw .manifest(key: path + key, problem: "expected a table") }
        return inner
    }

    func tableIfAny(_ key: String) -> ManifestTable? {
        table[key]?.table.map { ManifestTable($0, path: "\(path)\(key).") }
    }
}

extension UInt8 {
    var isLowerOrDigit: Bool { (0x61...0x7A).contains(self) || (0x30...0x39).contains(self) }
    var isLetterOrDigit: Bool { isLowerOrDigit || (0x41...0x5A).contains(self) }
}

extension String {
    /// No control characters, so that it may stand in a log line and on a screen.
    var isPrintable: Bool { unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) } }
    var components: [Substring] { split(separator: "/", omittingEmptySubsequences: true) }
}
