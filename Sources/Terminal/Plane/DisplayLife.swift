public import Measurements

/// When to look for a display and when to look after it. Pure.
///
///     dark ──── found ────▶ lit ──── lost ────▶ dark
///      ▲  └─ leave ─▶ away ◀─ leave ─┘            (away ── enter ──▶ dark, and a search at once)
public struct DisplayLife: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        /// Searching, again and again.
        case dark(NoDisplay)
        case lit
        /// The display is lent to another virtual terminal.
        case away
    }

    public enum Action: Equatable, Sendable {
        case search
        /// Is the connector still plugged in, with the same modes? `probing` asks the display itself.
        case check(probing: Bool)
    }

    /// Kernel events tell of most changes at once; these are for drivers that do not, and for masters that say nothing.
    public static let searchInterval: Duration = .milliseconds(250)
    public static let checkInterval: Duration = .seconds(1)

    public private(set) var state: State
    public private(set) var deadline: MonotonicTime?

    public init(now: MonotonicTime) {
        state = .dark(.noCard)
        deadline = now
    }

    /// The display hardware has changed, says the kernel.
    public mutating func hardwareChanged(_ now: MonotonicTime) -> Action? {
        switch state {
        case .dark:
            deadline = now + Self.searchInterval
            return .search
        case .lit:
            deadline = now + Self.checkInterval
            return .check(probing: true)
        case .away: return nil
        }
    }

    /// What is due at `now`.
    public mutating func due(_ now: MonotonicTime) -> Action? {
        guard let time = deadline, now >= time else { return nil }
        switch state {
        case .dark:
            deadline = now + Self.searchInterval
            return .search
        case .lit:
            deadline = now + Self.checkInterval
            return .check(probing: false)
        case .away:
            deadline = nil
            return nil
        }
    }

    public mutating func found(_ now: MonotonicTime) {
        state = .lit
        deadline = now + Self.checkInterval
    }

    /// True when this is news: a search that fails for the same reason as before is not.
    public mutating func lost(_ reason: NoDisplay, _ now: MonotonicTime) -> Bool {
        guard state != .away else { return false }
        let isNews = state != .dark(reason)
        if state == .lit { deadline = now }
        state = .dark(reason)
        return isNews
    }

    public mutating func leave() {
        state = .away
        deadline = nil
    }

    public mutating func enter(_ now: MonotonicTime) -> Action {
        state = .dark(.away)
        deadline = now + Self.searchInterval
        return .search
    }
}
