internal import Kit
internal import Pictures
internal import Wire

/// Asking the bank, and what it says.
extension Payment {
    mutating func pay(_ attempt: Attempt, proof: String?, turn: inout Turn) {
        guard let invoice else { return answer(.failed(reason: "The invoice is missing"), turn: &turn) }
        enter(.processing(attempt, .fresh), turn: &turn)
        turn.authorise(
            PaymentAttempt(number: attempt.number, invoice: invoice, source: attempt.means.source, proof: proof))
        turn.wake(after: Self.processingTime)
    }

    mutating func hear(_ answer: PaymentAnswer, turn: inout Turn) {
        switch phase {
        case .processing(let attempt, .fresh): phase = .processing(attempt, .answered(answer))
        case .processing(let attempt, .long): obey(answer, attempt, turn: &turn)
        // To nothing that was asked.
        default: break
        }
    }

    mutating func awake(_ attempt: Attempt, _ wait: Wait, turn: inout Turn) {
        switch wait {
        case .fresh:
            phase = .processing(attempt, .long)
            turn.wake(after: Self.patience - Self.processingTime)
        case .answered(let answer): obey(answer, attempt, turn: &turn)
        // The server goes on asking, and the terminal shows what came of it.
        case .long: answer(.failed(reason: "The bank does not answer"), turn: &turn)
        }
    }

    private mutating func obey(_ answer: PaymentAnswer, _ attempt: Attempt, turn: inout Turn) {
        switch answer {
        case .approved(let reference, let approval):
            enter(
                .receipt(Receipt(reference: reference, approval: approval, means: attempt.means)), turn: &turn)
            turn.wake(after: Self.answerTime)
        case .declined(let reason):
            self.answer(.declined(reason: reason), turn: &turn)
        case .needsMore(let need):
            guard attempt.number < WireLimits.attempts else {
                return self.answer(.declined(reason: "The bank asked for more too often"), turn: &turn)
            }
            ask(for: need, Attempt(number: attempt.number + 1, means: attempt.means), turn: &turn)
        }
    }

    private mutating func ask(for need: PaymentAnswer.Need, _ next: Attempt, turn: inout Turn) {
        switch need {
        case .pin: enter(.typingPIN(next, stars: 0), turn: &turn)
        case .code: enter(.proving(next, ProofEntry(kind: .code)), turn: &turn)
        case .identifier: enter(.proving(next, ProofEntry(kind: .identifier)), turn: &turn)
        }
    }

    // MARK: PIN

    mutating func showPIN(_ count: UInt64, turn: inout Turn) {
        guard case .typingPIN(let attempt, let before) = phase else { return }
        let stars = Int(min(count, WireLimits.pinDigits))
        let changed = layout.pinSlots[min(before, stars)..<max(before, stars)]
        enter(
            .typingPIN(attempt, stars: stars), redraw: changed.reduce(.empty) { $0.union(layout.star(in: $1)) },
            turn: &turn)
    }

    mutating func takePIN(turn: inout Turn) {
        guard case .typingPIN(let attempt, _) = phase else { return }
        pay(attempt, proof: nil, turn: &turn)
    }

    mutating func missPIN(_ trouble: PINTrouble, turn: inout Turn) {
        guard case .typingPIN = phase else { return }
        switch trouble {
        case .cancelled: answer(.cancelled, turn: &turn)
        case .timeout: answer(.declined(reason: "No PIN was entered"), turn: &turn)
        case .noKey, .noAccount:
            answer(.needsMore(request: "PIN required, and this terminal cannot take one"), turn: &turn)
        }
    }
}
