// Send: what a session owes its terminal, and for how long. Pictures: the newest wins, one at a time; while the socket
// is full none is even captured. Messages (accepted, entry mode, outcome): in order, none dropped, kept for a terminal
// that is away. Owns the access units' numbers. Pure values, no clock: the session's event loop holds them.

public import Pictures
public import Wire

/// A coded picture that has no place in the stream yet.
public struct PendingPicture: Equatable, Sendable {
    public var isKeyframe: Bool
    public var layer: UInt64
    public var damage: Rectangle
    /// Last command that had reached the application when the picture was captured.
    public var answered: UInt64
    /// Annex B.
    public var payload: [UInt8]
    public init(isKeyframe: Bool, layer: UInt64, damage: Rectangle, answered: UInt64, payload: [UInt8]) {
        self.isKeyframe = isKeyframe
        self.layer = layer
        self.damage = damage
        self.answered = answered
        self.payload = payload
    }
}

/// Decides when the next picture may be captured and what goes out in which order.
///
/// ```
///           attach            picture               written
///   away ──────────► asked ────────────► writing ─────────────► asked …
///    ▲                 │                    │
///    └──── detach ─────┴────────────────────┘      (any picture that arrives while away is dropped)
/// ```
/// A picture under way when the terminal leaves was made for a decoder that is gone: it is dropped, and the next
/// attachment starts with a keyframe and with number 1. Every time the capture is asked, the ask gets a new ticket;
/// only the answer to the newest ask enters the stream, and whatever replaces an ask asks for a keyframe, so the
/// pictures that go out always refer to pictures that went out.
public struct SendQueue: Sendable {
    public enum Action: Equatable, Sendable {
        case send(ServerMessage)
        /// Write this, and call `written(ticket:)` when the socket has taken it.
        case sendPicture(AccessUnit, ticket: UInt64)
        /// Capture and encode the next change; with `keyframe`, encode the whole picture at once, changed or not.
        /// Replaces an ask that has not been answered.
        case capture(ticket: UInt64, keyframe: Bool)
    }

    private enum State: Equatable, Sendable {
        /// No terminal.
        case away
        /// The capture has been asked and has not answered; `keyframe` is what it was asked for.
        case asked(keyframe: Bool)
        /// An access unit is on its way into the socket; `keyframe` is what to ask for afterwards.
        case writing(keyframe: Bool)
        /// The session has ended: no more pictures.
        case ended
    }

    private var state: State = .away
    /// The pictures begin with `started()`; a terminal may be there before.
    private var isStarted = false
    private var isAttached = false
    private var nextSequence: UInt64 = 1
    private var ticket: UInt64 = 0
    /// What the terminal is shown as wanting, and how the session ended: repeated to each new connection.
    public private(set) var entryMode: EntryMode
    public private(set) var outcome: Outcome?
    /// Access units handed out for sending, on all connections together, and their payload bytes.
    public private(set) var pictures: UInt64 = 0
    public private(set) var pictureBytes: UInt64 = 0

    public init(entryMode: EntryMode) { self.entryMode = entryMode }

    /// A terminal is there. `greeting` (accepted or resumed) goes first, then what it may have missed.
    public mutating func attach(greeting: ServerMessage) -> [Action] {
        isAttached = true
        nextSequence = 1
        var actions: [Action] = [.send(greeting), .send(.entryMode(entryMode))]
        if let outcome {
            actions.append(.send(.outcome(outcome)))
        } else {
            state = .away
            actions += ask(keyframe: true)
        }
        return actions
    }

    /// The connection is gone.
    public mutating func detach() {
        isAttached = false
        if state != .ended { state = .away }
    }

    /// The application draws from here on.
    public mutating func started() -> [Action] {
        isStarted = true
        return ask(keyframe: true)
    }

    /// The capture answers the ask `ticket`, `microseconds` after it took the picture. An answer that nobody waits for
    /// any more is dropped.
    public mutating func picture(_ picture: PendingPicture, ticket: UInt64, microseconds: UInt64) -> [Action] {
        guard case .asked = state, ticket == self.ticket else { return [] }
        state = .writing(keyframe: false)
        let unit = AccessUnit(
            sequence: nextSequence, isKeyframe: picture.isKeyframe, layer: picture.layer, damage: picture.damage,
            answered: picture.answered, serverMicroseconds: microseconds, payload: picture.payload[...])
        nextSequence += 1
        pictures += 1
        pictureBytes += UInt64(picture.payload.count)
        return [.sendPicture(unit, ticket: ticket)]
    }

    /// The socket has taken the access unit that answered `ticket`.
    public mutating func written(ticket: UInt64) -> [Action] {
        guard case .writing(let keyframe) = state, ticket == self.ticket else { return [] }
        state = .away
        return ask(keyframe: keyframe)
    }

    /// The terminal cannot decode and needs a keyframe. Requests coalesce.
    public mutating func keyframeRequested() -> [Action] {
        switch state {
        case .asked(keyframe: false):
            state = .away
            return ask(keyframe: true)
        case .writing:
            state = .writing(keyframe: true)
            return []
        case .asked(keyframe: true), .away, .ended:
            return []
        }
    }

    /// The application wants other keys.
    public mutating func setEntryMode(_ mode: EntryMode) -> [Action] {
        guard outcome == nil, mode != entryMode else { return [] }
        entryMode = mode
        return isAttached ? [.send(.entryMode(mode))] : []
    }

    /// The session has ended; the first outcome counts.
    public mutating func end(_ outcome: Outcome) -> [Action] {
        guard self.outcome == nil else { return [] }
        self.outcome = outcome
        state = .ended
        return isAttached ? [.send(.outcome(outcome))] : []
    }

    private mutating func ask(keyframe: Bool) -> [Action] {
        guard isStarted, isAttached, state == .away else { return [] }
        state = .asked(keyframe: keyframe)
        ticket += 1
        return [.capture(ticket: ticket, keyframe: keyframe)]
    }
}
