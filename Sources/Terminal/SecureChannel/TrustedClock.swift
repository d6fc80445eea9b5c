public import Measurements
public import TLS

/// What a terminal without a clock of its own knows of the time: a lower bound that only authenticated time moves.
///
/// The system's clock may be wrong in both directions. Before the bound it is known to be wrong, and not used. After the bound it may
/// make a certificate look ended, which then is not used, but it never moves the bound: nothing that a wrong clock does outlives
/// its being set right.
public struct TrustedClock: Equatable, Sendable {
    /// Seconds since 1970, and when that was known.
    private var bound: Int64
    private var knownAt: MonotonicTime

    /// `bound`: the later of the software's build time and the last authenticated time.
    public init(bound: Int64, now: MonotonicTime) {
        self.bound = bound
        knownAt = now
    }

    /// It is at least as late as this, seconds since 1970.
    public func lowerBound(now: MonotonicTime) -> Int64 {
        bound + max(0, (now - knownAt).wholeNanoseconds / 1_000_000_000)
    }

    /// A server that has proved its certificate says what time it is. Its word goes no further than its certificate: one
    /// that lies can at worst end itself.
    public mutating func learn(_ time: Int64, certificateEnd: Int64, now: MonotonicTime) {
        let told = min(time, certificateEnd)
        guard told > lowerBound(now: now) else { return }
        bound = told
        knownAt = now
    }

    /// How to judge a certificate now.
    public func verificationTime(system: Int64, now: MonotonicTime) -> VerificationTime {
        let bound = lowerBound(now: now)
        return system >= bound ? .exactly(system) : .notBefore(bound)
    }
}
