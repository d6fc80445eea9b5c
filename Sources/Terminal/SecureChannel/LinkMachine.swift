// SecureChannel: the terminal's one connection to its server. `LinkMachine` decides (pure, no clock, no socket),
// `LinkDriver` does (TCP and TLS, non-blocking). Never looks into a session; lives on the terminal's one thread.

public import Measurements
public import Wire

/// Why a link ended or never came up.
public enum LinkFailure: Error, Equatable, Sendable, CustomStringConvertible {
    case connect(String)
    case tls(String)
    case closed
    case silence
    case slow
    case malformed(WireError)
    case refused(Refusal)
    case version(UInt64)
    case outOfOrder
    case backlog

    public var description: String {
        switch self {
        case .connect(let reason): "cannot connect: \(reason)"
        case .tls(let reason): "secure channel refused: \(reason)"
        case .closed: "the server closed the connection"
        case .silence: "no heartbeat from the server"
        case .slow: "connecting took too long"
        case .malformed(let error): "malformed message: \(error)"
        case .refused(let refusal): "refused (\(refusal.code)): \(refusal.reason)"
        case .version(let version): "the server chose protocol version \(version), which was not offered"
        case .outOfOrder: "message out of order"
        case .backlog: "the server does not take what is sent"
        }
    }
}

/// The connection's life as a pure state machine: events in, actions out.
///
///     waiting ──tick──▶ connecting ──connected──▶ greeting (challenge once) ──welcome──▶ up
///        ▲                   │                        │                 │
///        └───────────────────┴────── failed, silence, refusal ──────────┘
public struct LinkMachine: Sendable {
    public enum State: Equatable, Sendable {
        case waiting(until: MonotonicTime)
        case connecting(deadline: MonotonicTime)
        case greeting(deadline: MonotonicTime, isChallenged: Bool)
        case up(lastReceived: MonotonicTime, lastSent: MonotonicTime)
    }

    public enum Event: Equatable, Sendable {
        /// Time has passed.
        case tick
        /// TCP and TLS are up.
        case connected
        case failed(LinkFailure)
        case message(ServerMessage)
        /// Something was written to the link.
        case sent
        /// A part of a message has come.
        case progress
    }

    public enum Action: Equatable, Sendable {
        case connect
        case disconnect
        case send(TerminalMessage)
        /// Say hello: what is in it is the terminal's to know.
        case greet
        /// Answer a challenge, with the TPM.
        case attest(Challenge)
        /// The server has let the terminal in: messages may be sent.
        case up(Welcome)
        case down(LinkFailure, retryAfter: Duration)
        /// A message for the session.
        case deliver(ServerMessage)
    }

    /// Time-outs and intervals of the link.
    public struct Timing: Sendable {
        public var connect: Duration = .seconds(10)
        public var greeting: Duration = .seconds(5)
        /// A TPM may take a second or two for a signature, and the server looks at what it signed.
        public var attestation: Duration = .seconds(15)
        /// Challenges that follow each other faster are not meant.
        public var challengePause: Duration = .milliseconds(500)
        public var heartbeat: Duration = .seconds(5)
        /// Three heartbeats lost.
        public var silence: Duration = .seconds(16)
        public var firstRetry: Duration = .milliseconds(100)
        public var lastRetry: Duration = .seconds(5)
        /// A server that refuses this terminal is asked again, but seldom.
        public var refusedRetry: Duration = .seconds(15)
        /// A link that stood this long was good: the next failure is retried at once again.
        public var proven: Duration = .seconds(30)
        public init() {}
    }

    public private(set) var state: State
    private let timing: Timing
    private var failures = 0
    private var upSince: MonotonicTime?
    private var lastChallenge: MonotonicTime?

    /// Starts disconnected and connects at the first tick.
    public init(now: MonotonicTime, timing: Timing = Timing()) {
        self.timing = timing
        state = .waiting(until: now)
    }

    public var isUp: Bool {
        if case .up = state { return true }
        return false
    }

    /// When `tick` wants to be called at the latest.
    public var deadline: MonotonicTime {
        switch state {
        case .waiting(let until): until
        case .connecting(let deadline), .greeting(let deadline, _): deadline
        case .up(let received, let sent): min(received + timing.silence, sent + timing.heartbeat)
        }
    }

    /// `jitter` (0…1) spreads the retries of many terminals; the caller draws it.
    public mutating func handle(_ event: Event, now: MonotonicTime, jitter: Double) -> [Action] {
        switch (state, event) {
        case (.waiting(let until), .tick):
            guard now >= until else { return [] }
            state = .connecting(deadline: now + timing.connect)
            return [.connect]
        case (.waiting, _):
            return []
        case (_, .failed(let failure)):
            return fail(failure, now: now, jitter: jitter)
        case (.connecting(let deadline), .tick), (.greeting(let deadline, _), .tick):
            return now >= deadline ? fail(.slow, now: now, jitter: jitter) : []
        case (.connecting, .connected):
            state = .greeting(deadline: now + timing.greeting, isChallenged: false)
            return [.greet]
        case (.greeting(_, let isChallenged), .message(.challenge(let challenge))):
            guard !isChallenged else { return fail(.outOfOrder, now: now, jitter: jitter) }
            state = .greeting(deadline: now + timing.attestation, isChallenged: true)
            return [.attest(challenge)]
        case (.greeting, .message(.welcome(let welcome))):
            guard WireLimits.versions.contains(welcome.version) else {
                return fail(.version(welcome.version), now: now, jitter: jitter)
            }
            state = .up(lastReceived: now, lastSent: now)
            upSince = now
            return [.up(welcome)]
        case (.greeting, .message(.refused(let refusal))):
            return fail(.refused(refusal), now: now, jitter: jitter)
        case (.greeting, .sent), (.connecting, .sent), (.greeting, .progress), (.connecting, .progress):
            return []
        case (.up(_, let sent), .progress):
            state = .up(lastReceived: now, lastSent: sent)
            return []
        case (.up(let received, let sent), .tick):
            if now >= received + timing.silence { return fail(.silence, now: now, jitter: jitter) }
            guard now >= sent + timing.heartbeat else { return [] }
            return [.send(.heartbeat)]
        case (.up(let received, _), .sent):
            state = .up(lastReceived: received, lastSent: now)
            return []
        case (.up, .message(.welcome)):
            return fail(.outOfOrder, now: now, jitter: jitter)
        case (.up(_, let sent), .message(.challenge(let challenge))):
            // Each costs the TPM a signature, and this terminal the time for it.
            if let lastChallenge, now - lastChallenge < timing.challengePause {
                return fail(.outOfOrder, now: now, jitter: jitter)
            }
            lastChallenge = now
            state = .up(lastReceived: now, lastSent: sent)
            return [.attest(challenge)]
        case (.up(_, let sent), .message(let message)):
            state = .up(lastReceived: now, lastSent: sent)
            return message == .heartbeat || message == .padding ? [] : [.deliver(message)]
        case (.greeting, .message), (.greeting, .connected), (.connecting, .message), (.up, .connected):
            return fail(.outOfOrder, now: now, jitter: jitter)
        }
    }

    private mutating func fail(_ failure: LinkFailure, now: MonotonicTime, jitter: Double) -> [Action] {
        // A server that greets and closes again and again must not be met with a handshake every tenth of a second.
        if let upSince, now - upSince >= timing.proven { failures = 0 }
        upSince = nil
        let pause: Duration
        if case .refused = failure {
            pause = timing.refusedRetry
        } else {
            let doublings = min(failures, 16)
            let grown = timing.firstRetry * (1 << doublings)
            pause = min(grown, timing.lastRetry)
        }
        failures += 1
        // Between half and the whole of the pause.
        let spread = pause * (0.5 + 0.5 * min(max(jitter, 0), 1))
        state = .waiting(until: now + spread)
        return [.disconnect, .down(failure, retryAfter: spread)]
    }
}
