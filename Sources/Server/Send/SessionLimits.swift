public import Measurements

/// The limits of one session as points in time: which is due next, and which has struck.
public struct SessionLimits: Equatable, Sendable {
    public enum Limit: Equatable, Sendable {
        /// The application drew nothing in time.
        case firstPicture
        /// No command for too long.
        case idle
        /// The session has lasted as long as its application may.
        case total
        /// The terminal has been away for too long.
        case retention
    }

    /// How long an ended or abandoned session waits for its terminal.
    public static let retention: Duration = .seconds(60)

    private let idleAfter: Duration
    private var firstPictureDue: MonotonicTime?
    private var idleDue: MonotonicTime?
    private var totalDue: MonotonicTime?
    private var retentionDue: MonotonicTime?
    private var isEnded = false

    public init(firstPicture: Duration, idle: Duration, total: Duration, now: MonotonicTime) {
        idleAfter = idle
        firstPictureDue = now + firstPicture
        idleDue = now + idle
        totalDue = now + total
        retentionDue = now + Self.retention
    }

    public mutating func attached() {
        if !isEnded { retentionDue = nil }
    }
    public mutating func detached(now: MonotonicTime) {
        if !isEnded { retentionDue = now + Self.retention }
    }
    public mutating func pictureSeen() { firstPictureDue = nil }
    public mutating func commandSeen(now: MonotonicTime) {
        if idleDue != nil { idleDue = now + idleAfter }
    }
    /// The application is gone: only the wait for the terminal's acknowledgement is left, wherever the terminal is.
    public mutating func ended(now: MonotonicTime) {
        guard !isEnded else { return }
        isEnded = true
        firstPictureDue = nil
        idleDue = nil
        totalDue = nil
        retentionDue = now + Self.retention
    }

    private var pending: [(due: MonotonicTime, limit: Limit)] {
        [(firstPictureDue, .firstPicture), (idleDue, .idle), (totalDue, .total), (retentionDue, .retention)]
            .compactMap { due, limit in due.map { ($0, limit) } }
    }

    /// When to look again; nil when nothing is due any more.
    public var nextDue: MonotonicTime? { pending.map(\.due).min() }

    /// The limit that has struck by `now`, the earliest first.
    public func struck(now: MonotonicTime) -> Limit? {
        pending.filter { $0.due <= now }.min { $0.due < $1.due }?.limit
    }
}
