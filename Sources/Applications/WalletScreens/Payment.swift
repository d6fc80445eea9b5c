// WalletScreens: the wallet as a pure state machine and the drawing of its states. Owns the digits of the account's code
// and what is typed for the bank (in wiping memory); sees no account number and no PIN; decides nothing about money: the
// bank does, through the server. Opens nothing, prints nothing. One thread.
//
//   scanning ──code──▶ pricing ──▶ tipping        (each only where the request leaves it open)
//       └───────────────┴────────────┤
//                                    ▼
//   stored account with a code ─▶ entering ──right code───────────────┐
//   stored account without one ─▶ confirming ──OK─────────────────────┤
//   no stored account ──────────▶ presenting ──card──▶ confirming ────┤    (a card leads there from all three)
//                                                                     ▼
//        typingPIN, proving ◀──more is needed── processing ◀─────── authorise
//             └───────────next attempt────────────▲ │
//                                                   └──▶ receipt / answered ──▶ finished
//
//   third wrong code, data that is not valid, no answer ──▶ answered; cancel ──▶ finished(cancelled)

internal import Drawing
public import Kit
internal import Pictures
internal import Secrets
public import Wire

/// One payment on one terminal: from the merchant's invoice to the bank's answer.
public struct Payment: Application, ~Copyable {
    public static let codeDigits = 4
    public static let tries = 3
    /// Shown at least so long while the bank is asked, so that its answer does not come out of nowhere.
    public static let processingTime = Duration.milliseconds(250)
    /// Until the bank is given up on. The server gives up before: this is for a server that has forgotten us.
    public static let patience = Duration.seconds(40)
    /// Long enough to read an answer.
    public static let answerTime = Duration.milliseconds(1200)

    public internal(set) var phase = Phase.scanning(.none)
    /// With the tip, once that is known; its amount is 0 while it is being entered.
    public internal(set) var invoice: Invoice?
    /// What of the invoice's amount is the tip.
    public internal(set) var tip: UInt64 = 0
    public let layout: WalletLayout
    /// From the terminal's store.
    let stored: AccountView?
    /// What has to be typed for the stored account; nil: nothing.
    let code: CodeCheck?
    /// As told to the server last.
    private var mode: EntryMode?
    /// Of the account's code.
    var digits = SecretBytes(count: codeDigits)
    /// What the bank asks for, as it is typed.
    var proof = SecretBytes(count: WireLimits.proofBytes)

    public init(request: ApplicationRequest, random: UInt64, turn: inout Turn) {
        layout = WalletLayout(size: request.size)
        stored = request.account
        do throws(CodeCheck.Problem) { code = try CodeCheck(data: request.data) } catch {
            code = nil
            answer(.failed(reason: error.description), turn: &turn)
            return
        }
        guard let invoice = request.invoice else {
            enter(.scanning(.none), turn: &turn)
            return
        }
        if !begin(ScannedInvoice(invoice: invoice, tip: nil), turn: &turn) {
            answer(.failed(reason: "The amount is not valid"), turn: &turn)
        }
    }

    public mutating func handle(_ key: Key, turn: inout Turn) {
        switch phase {
        case .scanning, .presenting: if key == .cancel { turn.finish(.cancelled) }
        case .pricing(let typed, let tip): price(key, typed, tip: tip, turn: &turn)
        case .tipping(let typed): giveTip(key, typed, turn: &turn)
        case .entering(let entry): enterCode(key, entry, turn: &turn)
        case .confirming(let means, _): confirm(key, means, turn: &turn)
        case .proving(let attempt, let entry): prove(key, entry, attempt, turn: &turn)
        case .receipt, .answered: if key == .ok || key == .cancel { finish(turn: &turn) }
        // In the first the keypad is the terminal's own, in the second nobody's.
        case .typingPIN, .processing: break
        }
    }

    public mutating func take(_ input: ApplicationInput, turn: inout Turn) {
        switch input {
        case .code(let scanned): scan(scanned, turn: &turn)
        case .card(let account): read(account, turn: &turn)
        case .trouble(let words): note(.trouble(words), turn: &turn)
        case .pinProgress(let count): showPIN(count, turn: &turn)
        case .pinEntered: takePIN(turn: &turn)
        case .pinTrouble(let trouble): missPIN(trouble, turn: &turn)
        case .payment(let answer): hear(answer, turn: &turn)
        }
    }

    public mutating func wake(turn: inout Turn) {
        switch phase {
        case .processing(let attempt, let wait): awake(attempt, wait, turn: &turn)
        case .receipt, .answered: finish(turn: &turn)
        // Asked for by a state that has been left.
        default: break
        }
    }

    // MARK: what all states do

    /// Goes to another state, which draws the card again, or `area`.
    mutating func enter(_ next: Phase, redraw area: Rectangle? = nil, turn: inout Turn) {
        if mode != next.mode { turn.setEntryMode(next.mode) }
        mode = next.mode
        phase = next
        turn.redraw(area ?? layout.card)
    }

    /// Shows how it ended.
    mutating func answer(_ outcome: Outcome, turn: inout Turn) {
        enter(.answered(outcome), turn: &turn)
        turn.wake(after: Self.answerTime)
    }

    private func finish(turn: inout Turn) {
        switch phase {
        case .receipt(let receipt): turn.finish(.approved(reference: receipt.reference))
        case .answered(let outcome): turn.finish(outcome)
        default: break
        }
    }

    /// Says something to the person, where the state has something to read.
    private mutating func note(_ note: Note, turn: inout Turn) {
        let next: Phase
        switch phase {
        case .scanning: next = .scanning(note)
        case .presenting: next = .presenting(note)
        case .entering(var entry):
            entry.note = note
            next = .entering(entry)
        case .confirming(let means, _) where means.source == .stored: next = .confirming(means, note)
        default: return
        }
        guard next != phase else { return }
        enter(next, redraw: layout.notes, turn: &turn)
    }
}
