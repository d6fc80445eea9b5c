// Stream: one application's session as the terminal sees it, from request to outcome. Decides what is decoded, shown
// and asked for; holds no socket, no decoder, no clock. Pure; lives on the terminal's one thread.

public import Pictures
public import Wire

/// Why the server's messages cannot be followed any further.
public enum SessionFault: Error, Equatable, Sendable {
    /// A message that has no place in the present state.
    case outOfOrder
    /// Picture parameters that were not asked for.
    case unexpectedParameters
    /// Access units are numbered without gaps on one connection.
    case sequence(expected: UInt64, got: UInt64)
    /// A cancelled session's outcome did not come in time.
    case noOutcome
}

/// A session as a pure state machine: events in, actions out.
///
///     idle ──launch──▶ requested ──accepted──▶ running ──outcome──▶ idle
///                          │                    │   ▲
///                       refused            link down, resumed
///                          ▼                    ▼   │
///                         idle               detached ──session unknown──▶ idle
///
/// A cancel leads through `ending` while the link is up: an outcome that was on its way counts, not the wish.
public struct SessionMachine: Sendable {
    public enum State: Equatable, Sendable {
        case idle
        /// Asked for; sent again whenever the link comes up before an answer.
        case requested(ExecutionRequest)
        case running(RunningSession)
        /// The link is down; the last picture stands, marked stale.
        case detached(RunningSession)
        /// Cancelled here; the server still owes its word on how the session ended.
        case ending(Outcome)
    }

    public enum Event: Equatable, Sendable {
        /// `linkUp` says whether the request can go out at once.
        case launch(ExecutionRequest, linkUp: Bool)
        case linkUp
        case linkDown
        case message(ServerMessage)
        /// The decoder finished the access unit with this sequence.
        case decoded(UInt64)
        /// The decoder refused an access unit, or died and was replaced: nothing shows until a keyframe.
        case decoderLost
        case cancel(CancelReason)
        /// The terminal itself cannot go on; `reason` is for the person at the screen.
        case fail(reason: String)
        /// The time that the server had for its word on a cancelled session is over.
        case outcomeOverdue
    }

    public enum Action: Equatable, Sendable {
        case send(TerminalMessage)
        case openDecoder(PictureParameters)
        case decode(AccessUnit)
        /// Put the decoded picture on the plane; outside `damage` it equals what is there.
        case show(sequence: UInt64, damage: Rectangle, answered: UInt64)
        case entryMode(EntryMode)
        /// The server has every command up to this one.
        case acknowledged(UInt64)
        /// Send the commands after this one again.
        case resend(after: UInt64)
        case markStale(Bool)
        /// The session ends; `outcomeOverdue` is due if the server does not say how.
        case awaitOutcome
        case finish(Outcome)
        /// End the connection: the server does not keep to the protocol.
        case fault(SessionFault)
    }

    public private(set) var state: State = .idle
    private var isLinkUp = false

    public init() {}

    public var isIdle: Bool { state == .idle }

    public mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .launch(let request, let linkUp):
            precondition(isIdle, "one session at a time: the launch gate refuses a second one")
            isLinkUp = linkUp
            state = .requested(request)
            return linkUp ? [.send(.executionRequest(request))] : []
        case .linkUp:
            isLinkUp = true
            return linkUp()
        case .linkDown:
            isLinkUp = false
            return linkDown()
        case .cancel(.limit): return end(.limit, .failed(reason: "The session took too long"))
        case .cancel(let reason): return end(reason, .cancelled)
        case .fail(let reason): return fail(reason)
        case .outcomeOverdue:
            guard case .ending(let outcome) = state else { return [] }
            state = .idle
            return [.finish(outcome), .fault(.noOutcome)]
        case .decoded(let sequence): return decoded(sequence)
        case .decoderLost: return decoderLost()
        case .message(let message):
            do throws(SessionFault) {
                return try receive(message)
            } catch {
                return [.fault(error)]
            }
        }
    }

    private func linkUp() -> [Action] {
        switch state {
        case .idle, .running, .ending: []
        case .requested(let request): [.send(.executionRequest(request))]
        case .detached(let session):
            [.send(.resume(Resume(session: session.session, token: session.token, request: session.request)))]
        }
    }

    private mutating func linkDown() -> [Action] {
        switch state {
        case .running(let session):
            state = .detached(session)
            return [.markStale(true)]
        case .ending(let outcome):
            state = .idle
            return [.finish(outcome)]
        case .idle, .requested, .detached: return []
        }
    }

    private mutating func end(_ reason: CancelReason, _ outcome: Outcome) -> [Action] {
        switch state {
        case .idle, .ending: return []
        case .requested, .running, .detached:
            guard isLinkUp else { return endAlone(outcome) }
            state = .ending(outcome)
            return [.send(.cancel(reason)), .awaitOutcome]
        }
    }

    /// Nobody can be asked how it ended. The server ends a session that nobody takes up again.
    private mutating func endAlone(_ outcome: Outcome) -> [Action] {
        defer { state = .idle }
        guard case .detached = state else { return [.finish(outcome)] }
        return [.finish(.failed(reason: "The connection was lost: the outcome is not known"))]
    }

    private mutating func fail(_ reason: String) -> [Action] {
        guard !isIdle else { return [] }
        state = .idle
        return [.send(.cancel(.shutdown)), .finish(.failed(reason: reason))]
    }

    private mutating func decoded(_ sequence: UInt64) -> [Action] {
        guard case .running(var session) = state, let shown = session.decoded(sequence) else { return [] }
        state = .running(session)
        return [.show(sequence: sequence, damage: shown.damage, answered: shown.answered)]
    }

    private mutating func decoderLost() -> [Action] {
        switch state {
        case .idle, .requested, .ending: return []
        case .running(var session):
            let ask = session.expectKeyframe()
            state = .running(session)
            return ask ? [.send(.keyframeRequest)] : []
        case .detached(var session):
            _ = session.expectKeyframe()  // A resumed session starts with a keyframe anyhow.
            state = .detached(session)
            return []
        }
    }

    private mutating func receive(_ message: ServerMessage) throws(SessionFault) -> [Action] {
        switch (state, message) {
        case (.requested(let request), .accepted(let accepted)):
            guard accepted.picture.size == request.target.size, accepted.picture.level <= request.target.level,
                accepted.picture.temporalLayers <= request.target.temporalLayers
            else { throw .unexpectedParameters }
            state = .running(RunningSession(accepted, request: request.request))
            return [.openDecoder(accepted.picture)]
        case (.requested, .refused(let refusal)):
            state = .idle
            return [.finish(.failed(reason: refusal.reason))]
        case (.detached(var session), .resumed(let resumed)):
            guard resumed.session == session.session else { throw .outOfOrder }
            session.restart()
            state = .running(session)
            // The old decoder may still hold pictures with the numbers that start again now.
            return [
                .openDecoder(session.parameters), .resend(after: resumed.received), .entryMode(resumed.entryMode),
            ]
        case (.detached, .refused(let refusal)):
            state = .idle
            return [.finish(.failed(reason: refusal.reason))]
        case (.running(var session), .accessUnit(let unit)):
            let action = try session.receive(unit)
            state = .running(session)
            return [.acknowledged(unit.answered)] + (action.map { [$0] } ?? [])
        case (.running, .entryMode(let mode)):
            return [.entryMode(mode)]
        case (.running, .outcome(let outcome)), (.detached, .outcome(let outcome)):
            state = .idle
            return [.send(.outcomeReceived), .finish(outcome)]
        case (.running, .refused(let refusal)):
            state = .idle
            return [.finish(.failed(reason: refusal.reason))]
        case (.ending(let wish), .outcome(let real)):
            state = .idle
            return [.send(.outcomeReceived), .finish(real == .cancelled ? wish : real)]
        case (.ending(let wish), .refused):
            state = .idle
            return [.finish(wish)]
        case (.ending, .accepted), (.ending, .resumed), (.ending, .accessUnit), (.ending, .entryMode),
            (.idle, .refused):
            return []
        case (.idle, .accessUnit), (.idle, .entryMode), (.idle, .outcome), (.idle, .accepted), (.idle, .resumed):
            // Still on the way when the session was cancelled here. An outcome is acknowledged, so that the server can
            // forget it; the rest is dropped.
            if case .outcome = message { return [.send(.outcomeReceived)] }
            return []
        default:
            throw .outOfOrder
        }
    }
}
