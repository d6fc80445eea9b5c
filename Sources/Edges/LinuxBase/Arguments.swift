/// The few command line forms of the terminal's programs: `--name value`, `--name=value`, `--flag`, and plain words.
/// (ArgumentParser brings Foundation, which the terminal does not link.)
public struct Arguments: Sendable {
    public enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case unknown(String)
        case missingValue(String)
        case missing(String)
        case bad(name: String, value: String, expected: String)
        public var description: String {
            switch self {
            case .unknown(let name): "unknown option \(name)"
            case .missingValue(let name): "\(name) needs a value"
            case .missing(let name): "\(name) is required"
            case .bad(let name, let value, let expected): "\(name) \(value): expected \(expected)"
            }
        }
    }

    public private(set) var words: [String] = []
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []

    /// Splits `arguments` (without the program's name). `options` take a value, `switches` do not; both with dashes.
    public init(_ arguments: [String], options: Set<String>, switches: Set<String> = []) throws(Problem) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words.append(contentsOf: rest)
                break
            }
            guard word.hasPrefix("--") else {
                words.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if switches.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if options.contains(name) {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw .missingValue(name)
                }
                values[name, default: []].append(value)
            } else {
                throw .unknown(name)
            }
        }
    }

    public func has(_ name: String) -> Bool { flags.contains(name) }
    public func all(_ name: String) -> [String] { values[name] ?? [] }
    public subscript(_ name: String) -> String? { values[name]?.last }
    public func required(_ name: String) throws(Problem) -> String {
        guard let value = self[name] else { throw .missing(name) }
        return value
    }
}
