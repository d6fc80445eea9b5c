/// What the display has done since the start: for the log, and for the promises about copies and flips.
public struct DisplayStatistics: Equatable, Sendable {
    /// Commits that the kernel took, and flips that it reported.
    public var commits = 0
    public var flips = 0
    public var modeSets = 0
    /// Commits that were refused: the kernel was busy with another, or for any other reason.
    public var busy = 0
    public var failures = 0
    /// Pictures of the stream that were put on the screen, by path.
    public var direct = 0
    public var interleaved = 0
    public var converted = 0
    /// Bytes of the stream's pictures that this process wrote. On the direct path it stays at zero.
    public var copiedBytes = 0
    /// Time that the commit call took, microseconds: the last thousand.
    private var commitTimes: [UInt32] = []
    private var next = 0

    public init() {}

    mutating func note(commitMicroseconds time: Int) {
        let value = UInt32(clamping: time)
        if commitTimes.count < 1000 {
            commitTimes.append(value)
        } else {
            commitTimes[next] = value
            next = (next + 1) % 1000
        }
    }

    /// The value below which `share` (0…1) of the last commit calls lie, microseconds; 0 before the first.
    public func commitMicroseconds(share: Double) -> Int {
        let sorted = commitTimes.sorted()
        guard let last = sorted.indices.last else { return 0 }
        return Int(sorted[min(last, Int((Double(last) * share).rounded(.up)))])
    }

    public var explanation: String {
        "\(flips) flips of \(commits) commits, \(modeSets) mode sets, \(busy) busy, \(failures) refused, "
            + "pictures \(direct) direct \(interleaved) interleaved \(converted) converted, \(copiedBytes) bytes copied, "
            + "commit p95 \(commitMicroseconds(share: 0.95)) µs"
    }
}
