public import Pictures

/// What the server hands to an application at its start (a read-only file in its cell, deterministic CBOR).
public struct ApplicationRequest: Equatable, Sendable {
    public var application: String
    public var user: String
    public var terminal: String
    /// The picture that the application is to draw.
    public var size: PixelSize
    public var invoice: Invoice?
    /// Complementary data gathered by the server, by name.
    public var data: [String: String]
    /// What the terminal's sealed store holds for this application.
    public var stored: [String: String]
    /// The account that the terminal's sealed store has for payments, as an application may see it.
    public var account: AccountView?
    public init(
        application: String, user: String, terminal: String, size: PixelSize, invoice: Invoice?, data: [String: String],
        stored: [String: String] = [:], account: AccountView? = nil
    ) {
        self.application = application
        self.user = user
        self.terminal = terminal
        self.size = size
        self.invoice = invoice
        self.data = data
        self.stored = stored
        self.account = account
    }
}

/// What an application tells the server over its control socket (SOCK_SEQPACKET, one CBOR item a packet).
public enum ApplicationEvent: Equatable, Sendable {
    case entryMode(EntryMode)
    case outcome(Outcome)
    /// Pay; ends in `ApplicationInput.payment`.
    case authorise(PaymentAttempt)
}

/// What the server tells a native application over the control socket. Keys and pointers come over RFB, where the picture
/// goes.
public enum ApplicationInput: Equatable, Sendable {
    case card(AccountView)
    /// Words for the person who holds the card or the code.
    case trouble(String)
    case pinProgress(UInt64)
    /// A PIN was typed to its end. It goes along with the next `authorise`, and with those that
    /// answer what that one asked for besides.
    case pinEntered
    case pinTrouble(PINTrouble)
    case code(ScannedInvoice)
    case payment(PaymentAnswer)
}

/// An account as it is shown and printed on receipts. The account itself stays with the server.
public struct AccountView: Equatable, Sendable {
    /// First six and last four digits at most.
    public var masked: String
    /// The card's own name, may be empty.
    public var label: String
    public var expiry: CardDate?
    public init(masked: String, label: String, expiry: CardDate?) {
        self.masked = masked
        self.label = label
        self.expiry = expiry
    }
}

/// One attempt to pay. The same number again is the same attempt: money moves once for it.
public struct PaymentAttempt: Equatable, Sendable {
    public enum Source: UInt64, Equatable, Sendable { case card = 1, stored = 2 }
    /// 1 to `WireLimits.attempts`; a new one for each answer to `needsMore`.
    public var number: UInt64
    /// With the tip.
    public var invoice: Invoice
    public var source: Source
    /// The one-time code or identifier that was asked for.
    public var proof: String?
    public init(number: UInt64, invoice: Invoice, source: Source, proof: String? = nil) {
        self.number = number
        self.invoice = invoice
        self.source = source
        self.proof = proof
    }
}

/// What the bank's host said to an attempt.
public enum PaymentAnswer: Equatable, Sendable {
    public enum Need: UInt64, Equatable, Sendable, CaseIterable { case pin = 1, code = 2, identifier = 3 }
    /// `reference`: the host's number for the payment; `approval`: its code, may be empty.
    case approved(reference: String, approval: String)
    case declined(reason: String)
    case needsMore(Need)
}
