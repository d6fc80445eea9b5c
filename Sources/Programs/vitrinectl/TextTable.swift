internal import FoundationEssentials

/// Rows with aligned columns for people to read.
struct TextTable {
    private var rows: [[String]]
    init(_ headings: String...) { rows = [headings.map { $0.uppercased() }] }

    mutating func add(_ cells: String...) { rows.append(cells) }

    var text: String {
        var widths = [Int](repeating: 0, count: rows.first?.count ?? 0)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let isLast = column == row.count - 1
                line += isLast ? cell : cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return line
        }.joined(separator: "\n")
    }
}

extension Date {
    /// `2026-01-31 12:00:00`, in UTC.
    var shown: String { formatted(.iso8601).replacing("T", with: " ").replacing("Z", with: "") }
}
