/// Order statistics of a set of samples (nearest rank, so every figure is a sample that really happened).
public struct Percentiles: Sendable {
    private let sorted: [Double]

    public init(_ samples: [Double]) { sorted = samples.sorted() }

    public var count: Int { sorted.count }
    public var min: Double? { sorted.first }
    public var max: Double? { sorted.last }

    /// The smallest sample that at least `fraction` (0…1) of all samples do not exceed; nil without samples.
    public func value(_ fraction: Double) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let rank = Int((fraction * Double(sorted.count)).rounded(.up))
        return sorted[Swift.min(Swift.max(rank, 1), sorted.count) - 1]
    }

    public var p50: Double? { value(0.50) }
    public var p95: Double? { value(0.95) }
}
