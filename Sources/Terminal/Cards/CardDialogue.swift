internal import EMV

/// A conversation with one card: a machine that says what to send next.
protocol CardDialogue: ~Copyable {
    mutating func begin() -> DialogueStep
    /// Takes the answer to the last command, status word included, and keeps no reference to it.
    mutating func proceed(_ answer: RawSpan) -> DialogueStep
}

enum DialogueStep: ~Copyable {
    case transmit([UInt8])
    case done(CardResult)
    case failed(CardFailure)
}

extension CardReading: CardDialogue {
    mutating func begin() -> DialogueStep { Self.translate(start()) }
    mutating func proceed(_ answer: RawSpan) -> DialogueStep { Self.translate(take(answer)) }

    private static func translate(_ step: consuming CardStep) -> DialogueStep {
        switch consume step {
        case .transmit(let command): .transmit(command.bytes)
        case .done(let data): .done(.account(data))
        case .failed(let fault): .failed(.card(fault))
        }
    }
}
