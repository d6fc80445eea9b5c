import LinuxBase
import Measurements
import Rig

/// One measured figure, beside what SPECIFICATION.md promises.
struct Figure {
    let name: String
    let value: Double
    let unit: String
    /// Samples behind the value.
    let count: Int
    /// Most that is promised; nil for figures that are only reported.
    let promised: Double?

    var isKept: Bool { promised.map { value <= $0 } ?? true }

    /// One line of JSON; names and units are plain words.
    var json: String {
        "{\"name\": \"\(name)\", \"value\": \(text), \"unit\": \"\(unit)\", \"n\": \(count)}"
    }

    /// The value with three digits after the point.
    var text: String {
        let thousandths = Int((value * 1000).rounded())
        let fraction = String(thousandths % 1000 + 1000).dropFirst()
        return "\(thousandths / 1000).\(fraction)"
    }
}

struct Figures {
    private(set) var all: [Figure] = []

    mutating func add(_ name: String, _ value: Double?, _ unit: String, n: Int, promised: Double? = nil) throws {
        guard let value else { throw RigError.wrong("\(name): no samples") }
        all.append(Figure(name: name, value: value, unit: unit, count: n, promised: promised))
    }

    func write(_ path: String) throws {
        try Files.makeFolder(Files.parent(of: path), mode: 0o755)
        try Files.replace(path, with: Array((all.map(\.json).joined(separator: "\n") + "\n").utf8), mode: 0o644)
    }

    func printTable() {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        print("\n" + padded("figure", 46) + padded("measured", 14) + padded("promised", 14) + padded("unit", 8) + "n")
        for figure in all {
            let promise = figure.promised.map { "≤ \(Int($0))" } ?? "–"
            print(
                padded(figure.name, 46) + padded(figure.text, 14) + padded(promise, 14) + padded(figure.unit, 8)
                    + "\(figure.count)" + (figure.isKept ? "" : "   NOT KEPT"))
        }
    }
}
