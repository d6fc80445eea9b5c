/// One payment from the moment its intent is on the disk. Pure: event in, actions out.
///
/// ```
///  waiting ──answer──► deciding ──on the disk──► over: told
///     │                   │ the disk refuses
///     │ deadline, sent    ▼
///     ├────────────► retreating ──on the disk──► reversing: told ──0430──► closing ──on the disk──► over
///     │ deadline, never sent                      ↺ 0421                    ↺ the disk refuses
///     └────────────► deciding
/// ```
///
/// Nothing is told before it is on the disk, and nothing is sent that a restart would not take back. Where the disk
/// refuses, the row stays an intent: a restart reverses it, so what is told (declined) stays true.
struct PaymentMachine: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case waiting(sent: Int)
        case deciding(Verdict)
        case retreating
        case reversing(sent: Int, isJournalled: Bool)
        case closing(sent: Int)
        case over
    }

    enum Event: Equatable, Sendable {
        /// The host is there, and has signed on.
        case connected
        case answered(Verdict)
        case deadline
        case committed, commitFailed
        /// 0430.
        case acknowledged
        case reversalDue(isConnected: Bool)
    }

    enum Action: Equatable, Sendable {
        case sendRequest(isRepeat: Bool)
        case sendReversal(isRepeat: Bool)
        /// Ends in `committed` or `commitFailed`.
        case commit(Entry)
        case tell(Verdict)
        /// Ends in `reversalDue`.
        case wake(after: Duration)
        /// Nothing more will be asked for.
        case forget
    }

    /// What the journal is to say of the payment.
    enum Entry: Equatable, Sendable {
        case settled(Verdict)
        case reversing
        case reversed
    }

    private(set) var state: State
    private let backOff: BackOff

    /// A payment whose intent has just been committed.
    init(backOff: BackOff) {
        state = .waiting(sent: 0)
        self.backOff = backOff
    }

    /// A payment that a restart has found open, already journalled as to be reversed.
    init(reversing backOff: BackOff) {
        state = .reversing(sent: 0, isJournalled: true)
        self.backOff = backOff
    }

    /// An intent that nobody has sent: to begin with `commit(.reversing)`.
    init(abandoned backOff: BackOff) {
        state = .retreating
        self.backOff = backOff
    }

    mutating func handle(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.waiting(let sent), .connected):
            state = .waiting(sent: sent + 1)
            return [.sendRequest(isRepeat: sent > 0)]
        case (.waiting, .answered(let verdict)): return decide(verdict)
        case (.waiting(let sent), .deadline): return sent == 0 ? decide(.ended(.unreachable)) : retreat()
        case (.deciding(let verdict), .committed):
            state = .over
            return [.tell(verdict), .forget]
        case (.deciding, .commitFailed): return retreat()
        case (.retreating, .committed), (.retreating, .commitFailed):
            state = .reversing(sent: 0, isJournalled: event == .committed)
            return [.tell(.ended(.unanswered)), .wake(after: .zero)]
        default: return handleReversal(event)
        }
    }

    private mutating func handleReversal(_ event: Event) -> [Action] {
        switch (state, event) {
        case (.reversing(let sent, let isJournalled), .connected):
            state = .reversing(sent: sent + 1, isJournalled: isJournalled)
            return [.sendReversal(isRepeat: sent > 0)]
        case (.reversing(let sent, let isJournalled), .reversalDue(let isConnected)):
            state = .reversing(sent: sent + (isConnected ? 1 : 0), isJournalled: isJournalled)
            return (isJournalled ? [] : [.commit(.reversing)])
                + (isConnected ? [.sendReversal(isRepeat: sent > 0)] : [])
                + [.wake(after: backOff.delay(attempt: sent))]
        case (.reversing(let sent, _), .committed):
            state = .reversing(sent: sent, isJournalled: true)
            return []
        case (.reversing(let sent, _), .acknowledged):
            state = .closing(sent: sent)
            return [.commit(.reversed)]
        case (.closing, .committed):
            state = .over
            return [.forget]
        case (.closing(let sent), .commitFailed): return [.wake(after: backOff.delay(attempt: sent))]
        case (.closing, .reversalDue): return [.commit(.reversed)]
        // An answer after its deadline, a second acknowledgement, a timer that was overtaken.
        default: return []
        }
    }

    private mutating func decide(_ verdict: Verdict) -> [Action] {
        state = .deciding(verdict)
        return [.commit(.settled(verdict))]
    }

    private mutating func retreat() -> [Action] {
        state = .retreating
        return [.commit(.reversing)]
    }

    /// Whether somebody waits for a result still.
    var isUntold: Bool {
        switch state {
        case .waiting, .deciding, .retreating: true
        case .reversing, .closing, .over: false
        }
    }
}

/// Doubling delays.
struct BackOff: Equatable, Sendable {
    let first, longest: Duration

    /// Before try `attempt` + 1, counted from 0.
    func delay(attempt: Int) -> Duration { min(first * (1 << min(max(attempt, 0), 20)), longest) }
}
