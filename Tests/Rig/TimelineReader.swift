public import Measurements
internal import LinuxBase

/// One line of the terminal's time line.
public struct TimelineEvent: Equatable, Sendable {
    public let name: String
    public let at: MonotonicTime
    public let fields: [String: UInt64]
    public subscript(field: String) -> UInt64? { fields[field] }
}

/// Reads a time line file as it grows.
public struct TimelineReader {
    private let path: String
    public private(set) var events: [TimelineEvent] = []

    public init(path: String) { self.path = path }

    public mutating func refresh() throws {
        guard Files.exists(path) else { return }
        let text = String(decoding: try Files.read(path, limit: 64 << 20), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
        // The last line may be half written.
        let complete = text.hasSuffix("\n") ? lines.count : max(0, lines.count - 1)
        for line in lines[min(events.count, complete)..<complete] { events.append(try Self.parse(line)) }
    }

    /// The first event called `name` at or after index `from` that satisfies `condition`.
    public func first(
        _ name: String, from: Int = 0, where condition: (TimelineEvent) -> Bool = { _ in true }
    ) -> TimelineEvent? {
        guard from <= events.count else { return nil }
        return events[from...].first { $0.name == name && condition($0) }
    }

    /// The lines are flat objects of one string and numbers, as `Timeline` of the terminal writes them.
    private static func parse(_ line: Substring) throws -> TimelineEvent {
        var name = ""
        var fields: [String: UInt64] = [:]
        for part in line.dropFirst().dropLast().split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1).map { $0.filter { $0 != "\"" } }
            guard pair.count == 2 else { throw RigError.wrong("time line: \(line)") }
            if pair[0] == "event" { name = pair[1] } else { fields[pair[0]] = UInt64(pair[1]) }
        }
        guard !name.isEmpty, let at = fields["at"] else { throw RigError.wrong("time line: \(line)") }
        return TimelineEvent(name: name, at: MonotonicTime(nanoseconds: at), fields: fields)
    }
}
