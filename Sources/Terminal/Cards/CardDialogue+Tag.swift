internal import Invoices

extension TagReading: CardDialogue {
    mutating func begin() -> DialogueStep { Self.translate(start()) }
    mutating func proceed(_ answer: RawSpan) -> DialogueStep { Self.translate(take(answer)) }

    private static func translate(_ step: consuming TagStep) -> DialogueStep {
        switch consume step {
        case .transmit(let command): .transmit(command)
        case .done(let message): .done(.message(message))
        case .failed(let fault): .failed(.tag(fault))
        }
    }
}
