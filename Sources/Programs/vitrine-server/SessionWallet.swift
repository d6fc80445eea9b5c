internal import Wire

/// What was presented for payments in one session. It stays here: an application sees masked digits only, and names what it
/// wants to pay with.
struct SessionWallet {
    /// The last card that was read.
    var card: PresentedCard?
    /// From the terminal's sealed store.
    let stored: StoredAccount?
    /// Good for one payment.
    var pin: EncryptedPIN?
    /// An attempt is under way.
    var isPaying = false
    /// Of the payment that was made: the session ends with it, whatever else happens.
    var reference: String?
    /// The end that waits for the attempt.
    var waitingEnd: WaitingEnd?

    struct WaitingEnd {
        var outcome: Outcome
        var detail: String
        var isInterrupted: Bool
    }

    init(stored data: [String: String]) {
        stored = data[AccountRecord.name].flatMap(StoredAccount.init)
    }

    /// What an application gets of the terminal's stored data.
    static func withoutAccount(_ data: [String: String]) -> [String: String] {
        data.filter { $0.key != AccountRecord.name }
    }
}

/// An account that was recorded before (patent §0121).
struct StoredAccount: Equatable {
    let digits: [UInt8]
    let expiry: CardDate?

    /// nil for what is no account.
    init?(_ text: String) {
        guard let (digits, expiry) = AccountRecord.parse(Array(text.utf8)) else { return nil }
        self.digits = digits
        self.expiry = expiry
    }

    var view: AccountView { AccountView(masked: masked(digits), label: "", expiry: expiry) }
}

extension PresentedCard {
    /// As applications see it.
    var view: AccountView { AccountView(masked: masked(account), label: label, expiry: expiry) }
}

/// First six and last four digits (PCI DSS 3.4); the last four alone where that would leave fewer than four unknown.
private func masked(_ digits: [UInt8]) -> String {
    let last = String(decoding: digits.suffix(4), as: UTF8.self)
    return digits.count < 14 ? "…" + last : String(decoding: digits.prefix(6), as: UTF8.self) + "…" + last
}
