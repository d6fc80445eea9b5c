internal import Kit
internal import Pictures
internal import Wire

/// What is to be paid: the merchant's code, the amount and the tip where they are the payer's to say.
extension Payment {
    mutating func scan(_ scanned: ScannedInvoice, turn: inout Turn) {
        guard case .scanning = phase else { return }
        if !begin(scanned, turn: &turn) { enter(.scanning(.tooMuch), redraw: layout.notes, turn: &turn) }
    }

    /// False, and nothing has happened, when it comes to more than can be paid.
    mutating func begin(_ scanned: ScannedInvoice, turn: inout Turn) -> Bool {
        guard scanned.invoice.amount == 0 else { return settle(scanned.invoice, tip: scanned.tip, turn: &turn) }
        invoice = scanned.invoice
        enter(.pricing(Typed(), tip: scanned.tip), redraw: layout.size.bounds, turn: &turn)
        return true
    }

    /// The amount is known; so is the tip, unless it is to be asked for. False when it comes to more than can be paid.
    private mutating func settle(_ priced: Invoice, tip wanted: ScannedInvoice.Tip?, turn: inout Turn) -> Bool {
        guard let added = Bill.tip(wanted, on: priced.amount), let total = Bill.sum(priced.amount, added) else {
            return false
        }
        var priced = priced
        priced.amount = total
        invoice = priced
        tip = added
        if wanted == .prompt {
            enter(.tipping(Typed()), redraw: layout.size.bounds, turn: &turn)
        } else {
            chooseMeans(turn: &turn)
        }
        return true
    }

    mutating func price(_ key: Key, _ before: Typed, tip: ScannedInvoice.Tip?, turn: inout Turn) {
        var typed = before
        switch key {
        case .ok where typed.minorUnits == 0:
            typed.note = .nothingTyped
        case .ok:
            guard var priced = invoice else { return }
            priced.amount = typed.minorUnits
            if settle(priced, tip: tip, turn: &turn) { return }
            typed.note = .tooMuch
        case .cancel: return turn.finish(.cancelled)
        default: Bill.type(key, into: &typed)
        }
        if typed != before { enter(.pricing(typed, tip: tip), redraw: layout.amountEntry, turn: &turn) }
    }

    mutating func giveTip(_ key: Key, _ before: Typed, turn: inout Turn) {
        guard var priced = invoice else { return }
        var typed = before
        switch key {
        case .ok:
            if let total = Bill.sum(priced.amount, typed.minorUnits) {
                priced.amount = total
                invoice = priced
                tip = typed.minorUnits
                return chooseMeans(turn: &turn)
            }
            typed.note = .tooMuch
        case .cancel: return turn.finish(.cancelled)
        default: Bill.type(key, into: &typed)
        }
        if typed != before { enter(.tipping(typed), redraw: layout.amountEntry, turn: &turn) }
    }
}

/// Amounts within what can be paid.
enum Bill {
    static func sum(_ a: UInt64, _ b: UInt64) -> UInt64? {
        let (sum, isTooLarge) = a.addingReportingOverflow(b)
        return isTooLarge || sum > WireLimits.amount ? nil : sum
    }

    /// In minor units, half of one counting as a whole; 0 for what is asked for later.
    static func tip(_ tip: ScannedInvoice.Tip?, on amount: UInt64) -> UInt64? {
        switch tip {
        case nil, .prompt: return 0
        case .fixed(let units): return units
        case .percent(let hundredths):
            // Both are twelve digits and four at most: their product fits.
            guard amount <= WireLimits.amount, hundredths <= 9999 else { return nil }
            return (amount * hundredths + 5000) / 10_000
        }
    }

    /// As on a till: digits push those before them to the left.
    static func type(_ key: Key, into typed: inout Payment.Typed) {
        switch key {
        case .digit(let digit) where digit <= 9:
            guard let next = sum(typed.minorUnits * 10, UInt64(digit)) else { return typed.note = .tooMuch }
            typed = Payment.Typed(minorUnits: next)
        case .clear: typed = Payment.Typed()
        default: break
        }
    }
}
