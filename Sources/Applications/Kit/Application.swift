// Kit: what a native application needs to live in a cell: its request, its keys, a canvas, its outcome. Serves the RFB
// protocol to the server's capture on one socket, to one client at a time. Draws nothing of its own, opens no network.
// Single-threaded: one poll loop, in which a key is answered with pixels in the same turn.

public import Drawing
public import Measurements
public import Pictures
public import Wire

/// A native application: a state machine that draws itself. Time and randomness come in as parameters; what it wants
/// done goes into the `Turn`. A fresh instance serves one session.
public protocol Application: ~Copyable {
    /// The state at start. All of the picture is drawn right after. `random` is fresh for each start.
    init(request: ApplicationRequest, random: UInt64, turn: inout Turn)
    /// A key was pressed.
    mutating func handle(_ key: Key, turn: inout Turn)
    /// Something else was entered, or a payment was answered.
    mutating func take(_ input: ApplicationInput, turn: inout Turn)
    /// A finger is at a place of the picture; `isDown` false: it has just left.
    mutating func point(x: Int, y: Int, isDown: Bool, turn: inout Turn)
    /// The time asked for with `Turn.wake(after:)` has come.
    mutating func wake(turn: inout Turn)
    /// Draws what lies in `damage`, to which the canvas is clipped: drawing more is only wasted time. Depends on the
    /// state alone, so that part by part gives the same picture as all at once.
    borrowing func draw(into canvas: inout Canvas, damage: Rectangle)
}

extension Application where Self: ~Copyable {
    // For applications that ask for keys only.
    public mutating func take(_ input: ApplicationInput, turn: inout Turn) {}
    public mutating func point(x: Int, y: Int, isDown: Bool, turn: inout Turn) {}
}

/// One step of an application: when it happens, and what the application wants done after it.
public struct Turn: Equatable, Sendable {
    public let now: MonotonicTime
    /// What is to be drawn again.
    public private(set) var damage = Rectangle.empty
    /// For the server, in order.
    public private(set) var events: [ApplicationEvent] = []
    /// Set: the application is done, with this answer.
    public private(set) var outcome: Outcome?
    /// When to be woken; nil leaves the time asked for before as it is.
    public private(set) var wakeTime: MonotonicTime?

    public init(now: MonotonicTime) { self.now = now }

    public mutating func redraw(_ rectangle: Rectangle) { damage = damage.union(rectangle) }
    public mutating func setEntryMode(_ mode: EntryMode) { events.append(.entryMode(mode)) }
    /// Asks for a payment; `take(.payment)` follows.
    public mutating func authorise(_ attempt: PaymentAttempt) { events.append(.authorise(attempt)) }
    /// Ends the application; the first call counts.
    public mutating func finish(_ outcome: Outcome) { if self.outcome == nil { self.outcome = outcome } }
    /// Asks for one `wake`; a later call replaces an earlier one.
    public mutating func wake(after duration: Duration) { wakeTime = now + duration }
}
