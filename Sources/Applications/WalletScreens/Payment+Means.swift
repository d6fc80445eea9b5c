internal import Kit
internal import Pictures
internal import Secrets
internal import Wire

/// What is paid with: the stored account, with its code where it has one, or a card.
extension Payment {
    /// The bill is settled.
    mutating func chooseMeans(turn: inout Turn) {
        let next: Phase =
            if let stored {
                code == nil ? .confirming(Means(source: .stored, account: stored), .none) : .entering(Entry())
            } else {
                .presenting(.none)
            }
        enter(next, redraw: layout.size.bounds, turn: &turn)
    }

    /// A card was read. The server pays with the last one, so that is also the one that is shown.
    mutating func read(_ account: AccountView, turn: inout Turn) {
        switch phase {
        case .presenting, .entering, .confirming: break
        default: return
        }
        let next = Phase.confirming(Means(source: .card, account: account), .none)
        guard next != phase else { return }
        digits = SecretBytes(count: Self.codeDigits)
        enter(next, turn: &turn)
    }

    mutating func confirm(_ key: Key, _ means: Means, turn: inout Turn) {
        switch key {
        case .ok: pay(Attempt(number: 1, means: means), proof: nil, turn: &turn)
        case .cancel: turn.finish(.cancelled)
        default: break
        }
    }

    mutating func enterCode(_ key: Key, _ before: Entry, turn: inout Turn) {
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
        if entry.note != before.note { turn.redraw(layout.notes) }
        phase = .entering(entry)
    }

    private mutating func check(_ before: Entry, turn: inout Turn) {
        var entry = before
        let isRight = code?.matches(digits) ?? false
        forget(&entry, turn: &turn)
        if isRight, let stored {
            return pay(Attempt(number: 1, means: Means(source: .stored, account: stored)), proof: nil, turn: &turn)
        }
        entry.wrong += 1
        guard entry.wrong < Self.tries else {
            return answer(.declined(reason: "Wrong code entered three times"), turn: &turn)
        }
        entry.note = .wrongCode(triesLeft: Self.tries - entry.wrong)
        turn.redraw(layout.notes)
        phase = .entering(entry)
    }

    /// Wipes the typed digits and takes their stars away.
    private mutating func forget(_ entry: inout Entry, turn: inout Turn) {
        for index in 0..<entry.typed { turn.redraw(layout.stars[index]) }
        entry.typed = 0
        digits = SecretBytes(count: Self.codeDigits)
    }
}
