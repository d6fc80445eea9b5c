import FuzzKit
import LinuxBase
import Wire

/// A line of a fixture of Tests/Fixtures/Wire: bytes and what is said of them.
struct FixtureLine: CustomStringConvertible {
    let hexadecimal: String
    let bytes: [UInt8]
    let rest: String
    var description: String { hexadecimal }
}

enum Fixture {
    struct Unreadable: Error {
        let line: String
    }

    /// The lines "first second", without comments, as pairs.
    static func pairs(_ name: String) throws -> [(first: String, second: String)] {
        let folder = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/Wire/"
        let text = String(decoding: try Files.read(folder + name, limit: 1 << 20), as: UTF8.self)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { throw Unreadable(line: String(line)) }
            return (String(parts[0]), String(parts[1]))
        }
    }

    static func vectors(_ name: String) throws -> [FixtureLine] {
        try pairs(name).map { pair in
            guard let bytes = bytes(hexadecimal: pair.first) else { throw Unreadable(line: pair.first) }
            return FixtureLine(hexadecimal: pair.first, bytes: bytes, rest: pair.second)
        }
    }
}

/// The error's name, without what it carries.
func name(of error: WireError) -> String {
    String("\(error)".prefix { $0 != "(" })
}

/// Diagnostic notation (RFC 8949 §8), floats with the fewest digits that tell them apart.
func diagnostic(_ item: CBOR) -> String {
    switch item {
    case .unsigned(let value): "\(value)"
    case .negative(.max): "-18446744073709551616"
    case .negative(let value): "-\(value + 1)"
    case .bytes(let value): "h'\(hexadecimal(value))'"
    case .text(let value):
        "\""
            + value.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    case .array(let items): "[" + items.map(diagnostic).joined(separator: ", ") + "]"
    case .map(let map):
        "{" + map.map { "\(diagnostic($0.key)): \(diagnostic($0.value))" }.sorted().joined(separator: ", ") + "}"
    case .tagged(let tag, let value): "\(tag)(\(diagnostic(value)))"
    case .simple(20): "false"
    case .simple(21): "true"
    case .simple(22): "null"
    case .simple(23): "undefined"
    case .simple(let value): "simple(\(value))"
    case .float(let value) where value.isNaN: "NaN"
    case .float(let value) where value.isInfinite: value < 0 ? "-Infinity" : "Infinity"
    case .float(let value): "\(value)"
    }
}
