/// Text of `name = value` lines, as people write settings. Blank lines and lines that begin with `#` say nothing. A
/// value may stand in double quotes. Pure; what the names mean is the caller's.
public enum Assignments {
    public struct Assignment: Equatable, Sendable {
        public let name: String
        public let value: String
        /// From 1.
        public let line: Int
    }

    public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        /// No `=` in it.
        case notAssignment(line: Int)
        case repeatedName(line: Int)

        public var description: String {
            switch self {
            case .notAssignment(let line): "line \(line) is not name = value"
            case .repeatedName(let line): "line \(line) sets a name again"
            }
        }
    }

    public static func parse(_ text: String) throws(Problem) -> [Assignment] {
        var result: [Assignment] = []
        var names: Set<String> = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let line = trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else { throw .notAssignment(line: number) }
            let name = String(trimmed(line[..<equals]))
            var value = trimmed(line[line.index(after: equals)...])
            if value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") { value = value.dropFirst().dropLast() }
            guard names.insert(name).inserted else { throw .repeatedName(line: number) }
            result.append(Assignment(name: name, value: String(value), line: number))
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var result = text.drop(while: isSpace)
        while let last = result.last, isSpace(last) { result.removeLast() }
        return result
    }
}
