// Entry: what becomes of what is done at the terminal while a session runs: sent, numbered and kept until it is answered,
// or refused; and a PIN, which stays here until it is encrypted. Owns no device and no clock, and never logs what was
// entered. Pure machines: the terminal's main thread drives them.

public import Measurements
public import Wire

/// Numbers the commands of one session, keeps those that the server has not acknowledged, and gives them back after a
/// reconnection. One machine a session.
///
///     press ──▶ mode none ─▶ refused(.closed)          cancel in mode none, cancel twice at once, or a second
///        │      full      ─▶ refused(.full)            cancel after one that nobody answered ─▶ leave
///        └────▶ mode keys ─▶ send(n), kept ──answered(m ≥ n)──▶ forgotten
///                                     └─────resumed(m < n)────▶ sent again, same number
///
/// Queue: in order, none lost, at most `limit` commands unacknowledged; one over the limit is refused, so that whoever
/// entered it can be told.
public struct EntryMachine: Sendable {
    /// Most commands that may be under way. Nobody types that far ahead of a live server.
    public static let limit = 64
    /// A cancel that has had no answer for this long no longer belongs to the application.
    public static let patience: Duration = .seconds(1)

    /// Two cancels within this time are the terminal's, whatever the application does with the first.
    public static let doublePress: Duration = .milliseconds(600)

    public enum Refusal: Equatable, Sendable {
        /// The application does not ask for that now.
        case closed
        /// Too much waits for the server.
        case full
    }

    public enum Action: Equatable, Sendable {
        case send(Command)
        case refused(Refusal)
        /// Whoever types wants to leave, and the application cannot stand in the way: end the session.
        case leave
    }

    /// A command that the server has shown the effect of.
    public struct Answered: Equatable, Sendable {
        public let sequence: UInt64
        /// From the press to the answer.
        public let after: Duration
    }

    private struct Pending {
        let command: Command
        let at: MonotonicTime
    }

    public private(set) var mode: EntryMode = .none
    /// Sequence of the last command sent, 0 for none.
    public private(set) var sent: UInt64 = 0
    /// Sequence of the last command acknowledged, 0 for none.
    public private(set) var acknowledged: UInt64 = 0
    private var pending: [Pending] = []
    /// The last key, if it was cancel.
    private var lastCancel: MonotonicTime?

    public init() {}

    /// Commands sent and not acknowledged, oldest first.
    public var unacknowledged: [Command] { pending.map(\.command) }

    /// The application asks for another kind of entry. Keys under way stay under way: they were typed in good faith.
    public mutating func enter(_ mode: EntryMode) { self.mode = mode }

    public mutating func press(_ key: Key, at now: MonotonicTime) -> Action {
        if key == .cancel {
            if isCancelHopeless(at: now) { return .leave }
            if let lastCancel, now - lastCancel <= Self.doublePress { return .leave }
        }
        lastCancel = key == .cancel ? now : nil
        return mode.contains(.keys) ? submit(.key(key), at: now) : .refused(.closed)
    }

    /// Something else than a key; that the application asks for it is the caller's to check.
    public mutating func submit(_ input: Input, at now: MonotonicTime) -> Action {
        guard pending.count < Self.limit else { return .refused(.full) }
        sent += 1
        let command = Command(sequence: sent, input: input)
        pending.append(Pending(command: command, at: now))
        return .send(command)
    }

    /// The server's word (in an access unit) that all commands up to `sequence` have reached the application. An older word
    /// than the last is fine: pictures may say the same thing many times. Returns what is newly answered, oldest first.
    public mutating func answered(through sequence: UInt64, at now: MonotonicTime) throws(EntryError) -> [Answered] {
        guard sequence <= sent else { throw .acknowledgedUnsent(acknowledged: sequence, sent: sent) }
        guard sequence > acknowledged else { return [] }
        acknowledged = sequence
        let done = pending.prefix { $0.command.sequence <= sequence }
        pending.removeFirst(done.count)
        return done.map { Answered(sequence: $0.command.sequence, after: now - $0.at) }
    }

    /// The session goes on over a new connection, and the server has all commands up to `received`. Returns those to
    /// send again, oldest first, with the numbers they had.
    public mutating func resumed(
        received: UInt64, mode: EntryMode, at now: MonotonicTime
    ) throws(EntryError) -> [Command] {
        guard received >= acknowledged else { throw .acknowledgedLess(acknowledged: received, before: acknowledged) }
        _ = try answered(through: received, at: now)  // Not an answer that was seen: no figure is made of it.
        self.mode = mode
        return unacknowledged
    }

    /// The application takes no keys, or has let an earlier cancel wait too long, or the queue is full.
    private func isCancelHopeless(at now: MonotonicTime) -> Bool {
        if mode.isDisjoint(with: [.keys, .pin]) || pending.count >= Self.limit { return true }
        return pending.contains { $0.command.input == .key(.cancel) && now - $0.at >= Self.patience }
    }
}
