internal import Secrets

/// What a reading wants next.
public enum CardStep: ~Copyable, Sendable {
    /// Send this to the card and give its response to `take`.
    case transmit(CommandAPDU)
    /// The account was read. The card may go.
    case done(CardData)
    /// No account was read. Nothing of it is kept.
    case failed(CardFault)
}

/// Reads the account on one card. Pure: what it returns is to be sent, what comes back is to be given to `take`.
///
///     start ─▶ directory ──listed──▶ ┌▶ selecting ──FCI──▶ options ──AFL──▶ reading ──last record──▶ done
///                  │                 │      │                │                 │ ▲  │
///                  │ not there       │      └──refused───────┴─6985, no account┘ └──┘ next record
///                  ▼                 │                │
///              probing ──found───────┘◀──next candidate, if there is one (else failed)
///
/// The contactless directory (PPSE) lists a card's applications; without one every application of the profile is looked
/// for by name, which also reads cards with contacts. (Their own directory, 1PAY.SYS.DDF01, is not used: EMV Book 1
/// §12.3 has every card answer to names.) Candidates are tried by priority. An application that is blocked, not there
/// or not in order, that does not accept the payment (6985) or that has no account number is left for the next one;
/// whatever else goes wrong once records are read ends the reading, since half a card is no card.
public struct CardReading: ~Copyable, Sendable {
    let profile: TerminalProfile
    let transaction: CardTransaction
    var state = State.new
    var candidates = CandidateList()
    var exchange = Exchange()
    var records = CardRecords()
    /// What to say if no candidate is left.
    var reason = CardFault.noApplication

    enum State {
        case new
        /// The contactless directory was selected.
        case directory
        /// The profile's application of this index was selected, or the next one whose name begins like its.
        case probing(Int)
        case selecting(Candidate)
        /// The application was told what it asked for.
        case options(SelectedApplication)
        /// Its first record of `left` was asked for.
        case reading(SelectedApplication, left: ArraySlice<FileLocator.Record>)
        case ended
    }

    /// What follows from an answer.
    enum Next {
        case send(CommandAPDU)
        case finish(SelectedApplication)
    }

    public init(profile: TerminalProfile, transaction: CardTransaction) {
        var profile = profile
        // Names that no card can have are not looked for.
        profile.applications = profile.applications.filter { CardLimits.identifier.contains($0.count) }
        self.profile = profile
        self.transaction = transaction
    }

    /// The first command. Call it once.
    public mutating func start() -> CardStep {
        guard case .new = state else { return end(.outOfTurn) }
        state = .directory
        do throws(CardFault) {
            return try follow(.send(.select(CommandAPDU.directoryName)))
        } catch { return end(error) }
    }

    /// Takes the response to the command that was given last, data and status word. A response shorter than two bytes,
    /// as some readers give for a card that went away, is malformed. Keeps no reference to `response`; whoever owns
    /// those bytes wipes them.
    public mutating func take(_ response: RawSpan) -> CardStep {
        switch state {
        case .new, .ended: return end(.outOfTurn)
        default: break
        }
        do throws(CardFault) {
            switch try exchange.take(response) {
            case .send(let command): return .transmit(command)
            case .answered(let status, let count): return try follow(proceed(status, response, 0..<count))
            case .assembled(let status, let data):
                let next = try unsafe data.withBytes { (bytes) throws(CardFault) in
                    // The span is not kept beyond this closure.
                    try unsafe proceed(status, bytes.bytes, 0..<bytes.count)
                }
                return try follow(next)
            }
        } catch { return end(error) }
    }

    private mutating func follow(_ next: Next) throws(CardFault) -> CardStep {
        switch next {
        case .send(let command): return .transmit(try exchange.send(command))
        case .finish(let application):
            var found = CardRecords()
            swap(&found, &records)
            do throws(CardFault) {
                let card = try found.account(of: application)
                state = .ended
                return .done(card)
            } catch {
                guard error == .noAccount || error == .noExpiry else { throw error }
                return try follow(nextCandidate(after: error))
            }
        }
    }

    private mutating func end(_ fault: CardFault) -> CardStep {
        state = .ended
        records = CardRecords()
        exchange.forget()
        return .failed(fault)
    }
}
