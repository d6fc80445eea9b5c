// WalletScreens: the wallet as a pure state machine and the drawing of its states. Owns the four digits while they are
// typed (in wiping memory) and what the server said about the account; opens nothing, prints nothing. One thread.
//
//   entering ──ok, four digits──▶ checking ──▶ processing ──▶ answered ──▶ finished
//      │  ▲                          │                            ▲
//      │  └──── wrong, tries left ───┘── third wrong code ────────┤
//      └── cancel ──▶ finished(cancelled)      data missing ──────┘

internal import Drawing
public import Kit
internal import Pictures
internal import Secrets
public import Wire

/// One payment on one terminal: shows the invoice, asks for the code, gives one of the three answers.
public struct Payment: Application, ~Copyable {
    public static let codeDigits = 4
    public static let tries = 3
    /// Shown while the answer is made, so that it does not come out of nowhere.
    public static let processingTime = Duration.milliseconds(250)
    /// Long enough to read an answer.
    public static let answerTime = Duration.milliseconds(1200)

    public enum Phase: Equatable, Sendable {
        case entering(Entry)
        case processing
        case answered(Outcome)
    }

    public struct Entry: Equatable, Sendable {
        /// Digits typed since the start or the last clear.
        public var typed = 0
        /// Wrong codes so far.
        public var wrong = 0
        public var note = Note.none

        public init(typed: Int = 0, wrong: Int = 0, note: Note = .none) {
            self.typed = typed
            self.wrong = wrong
            self.note = note
        }
    }

    public enum Note: Equatable, Sendable { case none, incomplete, wrongCode(triesLeft: Int) }

    public private(set) var phase: Phase
    public let invoice: Invoice?
    public let layout: WalletLayout
    private let account: Account?
    private let reference: String
    private var digits = SecretBytes(count: codeDigits)

    public init(request: ApplicationRequest, random: UInt64, turn: inout Turn) {
        layout = WalletLayout(size: request.size)
        reference = Self.reference(random)
        invoice = request.invoice
        do throws(Account.Problem) {
            guard request.invoice != nil else { throw .missing("invoice") }
            account = try Account(request.data)
            phase = .entering(Entry())
            turn.setEntryMode(.keys)
        } catch {
            account = nil
            phase = .answered(.failed(reason: error.description))
            turn.setEntryMode(.none)
            turn.wake(after: Self.answerTime)
        }
    }

    public mutating func handle(_ key: Key, turn: inout Turn) {
        switch (phase, key) {
        case (.entering(let entry), _): handle(key, entry, turn: &turn)
        case (.answered(let outcome), .ok), (.answered(let outcome), .cancel): turn.finish(outcome)
        case (.processing, _), (.answered, _): break
        }
    }

    public mutating func wake(turn: inout Turn) {
        switch phase {
        case .entering: break
        case .processing: answer(decision(), turn: &turn)
        case .answered(let outcome): turn.finish(outcome)
        }
    }

    private mutating func handle(_ key: Key, _ before: Entry, turn: inout Turn) {
        var entry = before
        switch key {
        case .digit(let digit) where digit <= 9 && entry.typed < Self.codeDigits:
            unsafe digits.withMutableBytes { unsafe $0[entry.typed] = 0x30 + digit }
            turn.redraw(layout.stars[entry.typed])
            entry.typed += 1
        case .clear:
            forget(&entry, turn: &turn)
        case .ok where entry.typed < Self.codeDigits:
            entry.note = .incomplete
        case .ok:
            return check(entry, turn: &turn)
        case .cancel:
            digits = SecretBytes(count: Self.codeDigits)
            turn.finish(.cancelled)
        default:
            break
        }
        if entry.note != before.note { turn.redraw(layout.note) }
        phase = .entering(entry)
    }

    private mutating func check(_ before: Entry, turn: inout Turn) {
        var entry = before
        let right = account?.code.matches(digits) ?? false
        forget(&entry, turn: &turn)
        if right {
            phase = .processing
            turn.setEntryMode(.none)
            turn.redraw(layout.card)
            turn.wake(after: Self.processingTime)
            return
        }
        entry.wrong += 1
        guard entry.wrong < Self.tries else {
            turn.setEntryMode(.none)
            return answer(.declined(reason: "Wrong code entered three times"), turn: &turn)
        }
        entry.note = .wrongCode(triesLeft: Self.tries - entry.wrong)
        turn.redraw(layout.note)
        phase = .entering(entry)
    }

    /// Wipes the typed digits and takes their stars away.
    private mutating func forget(_ entry: inout Entry, turn: inout Turn) {
        for index in 0..<entry.typed { turn.redraw(layout.stars[index]) }
        entry.typed = 0
        digits = SecretBytes(count: Self.codeDigits)
    }

    /// The patent's three answers.
    private borrowing func decision() -> Outcome {
        guard let invoice, let account else { return .failed(reason: "no account") }
        if invoice.amount > account.balance { return .declined(reason: "Insufficient funds") }
        if invoice.amount > account.limit {
            let limit = Money(minorUnits: account.limit, currency: invoice.currency)
            return .needsMore(request: "Identification required: payments above \(limit.text) \(limit.currency)")
        }
        return .approved(reference: reference)
    }

    private mutating func answer(_ outcome: Outcome, turn: inout Turn) {
        phase = .answered(outcome)
        turn.redraw(layout.card)
        turn.wake(after: Self.answerTime)
    }

    /// Forty random bits as people can read them out: Crockford's base 32 has no letters that look like digits.
    private static func reference(_ random: UInt64) -> String {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let text = (0..<8).map { String(letters[Int(random >> (UInt64($0) * 5) & 31)]) }
        return text[..<4].joined() + "-" + text[4...].joined()
    }
}
