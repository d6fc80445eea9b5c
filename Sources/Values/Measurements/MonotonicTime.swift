// Measurements: points in time and figures made of them. Reads no clock itself (LinuxBase does); pure values.

/// A point on CLOCK_MONOTONIC, in nanoseconds. Comparable between processes of one machine and one boot.
public struct MonotonicTime: Comparable, Hashable, Sendable {
    public var nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }
    public static func - (a: MonotonicTime, b: MonotonicTime) -> Duration {
        .nanoseconds(Int64(bitPattern: a.nanoseconds &- b.nanoseconds))
    }
    public static func + (a: MonotonicTime, b: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: a.nanoseconds &+ UInt64(bitPattern: b.wholeNanoseconds))
    }
}

extension Duration {
    /// The duration in nanoseconds, truncated; traps beyond ±292 years.
    public var wholeNanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
    /// The duration in milliseconds, with fractions.
    public var milliseconds: Double { Double(wholeNanoseconds) / 1e6 }
}
