public import Measurements

/// When to look for a display and when to look after it. Pure.
///
///     dark ──── found ────▶ lit ──── lost ────▶ dark
///      ▲  └─ leave ─▶ away ◀─ leave ─┘            (away ── enter ──▶ dark, and a search at once)
///
/// A look may ask the screen itself, over a slow wire: that is done when the kernel says that something has changed, but
/// not for each of its words, and now and then while it is dark.
public struct DisplayLife: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        /// Searching, again and again.
        case dark(NoDisplay)
        case lit
        /// The display is lent to another virtual terminal.
        case away
    }

    public enum Action: Equatable, Sendable {
        case search(probing: Bool)
        /// Is the connector still plugged in, with the same modes?
        case check(probing: Bool)
    }

    /// Kernel events tell of most changes at once; these are for drivers that do not, and for masters that say nothing.
    public static let searchInterval: Duration = .milliseconds(250)
    public static let checkInterval: Duration = .seconds(1)
    /// Between two questions to the screen: after an event, and without one.
    public static let probePause: Duration = .milliseconds(250)
    public static let probeInterval: Duration = .seconds(1)
    /// A display that goes on failing is tried less and less often.
    public static let longestPause: Duration = .seconds(8)

    public private(set) var state: State
    public private(set) var deadline: MonotonicTime?
    private var lastProbe: MonotonicTime?
    private var wantsProbe = true
    private var failures = 0

    public init(now: MonotonicTime) {
        state = .dark(.noCard)
        deadline = now
    }

    /// The display hardware has changed, says the kernel.
    public mutating func hardwareChanged(_ now: MonotonicTime) -> Action? {
        guard state != .away else { return nil }
        wantsProbe = true
        if let last = lastProbe, now < last + Self.probePause {
            // It said so a moment ago: once more when the pause is over.
            deadline = min(deadline ?? now + Self.probePause, last + Self.probePause)
            return nil
        }
        return act(now)
    }

    /// What is due at `now`.
    public mutating func due(_ now: MonotonicTime) -> Action? {
        guard let time = deadline, now >= time else { return nil }
        return act(now)
    }

    private mutating func act(_ now: MonotonicTime) -> Action? {
        let probing = wantsProbe && lastProbe.map { now >= $0 + Self.probePause } ?? true
        switch state {
        case .dark:
            deadline = now + Self.searchInterval
            return .search(probing: noteProbe(probing || lastProbe.map { now >= $0 + Self.probeInterval } ?? true, now))
        case .lit:
            deadline = now + Self.checkInterval
            return .check(probing: noteProbe(probing, now))
        case .away:
            deadline = nil
            return nil
        }
    }

    private mutating func noteProbe(_ probing: Bool, _ now: MonotonicTime) -> Bool {
        if probing {
            lastProbe = now
            wantsProbe = false
        }
        return probing
    }

    public mutating func found(_ now: MonotonicTime) {
        state = .lit
        deadline = now + Self.checkInterval
    }

    /// Pictures get through.
    public mutating func proved() { failures = 0 }

    /// True when this is news: a search that fails for the same reason as before is not.
    public mutating func lost(_ reason: NoDisplay, _ now: MonotonicTime) -> Bool {
        guard state != .away else { return false }
        let isNews = state != .dark(reason)
        if state == .lit { deadline = now }
        state = .dark(reason)
        return isNews
    }

    /// What was found has failed again: not at once another time.
    public mutating func pause(_ now: MonotonicTime) {
        failures = min(failures + 1, 8)
        deadline = now + min(Self.searchInterval * (1 << failures), Self.longestPause)
    }

    public mutating func leave() {
        state = .away
        deadline = nil
    }

    public mutating func enter(_ now: MonotonicTime) -> Action {
        state = .dark(.away)
        deadline = now + Self.searchInterval
        return .search(probing: noteProbe(true, now))
    }
}
