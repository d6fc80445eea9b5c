/// What a person did at the terminal, with its place in the session's commands.
public struct Command: Equatable, Sendable {
    /// Numbers the commands of a session from 1, without gaps: the server refuses a gap and ignores a repetition.
    public var sequence: UInt64
    public var input: Input
    public init(sequence: UInt64, input: Input) {
        self.sequence = sequence
        self.input = input
    }

    public init(sequence: UInt64, key: Key) { self.init(sequence: sequence, input: .key(key)) }
}

/// What can be done at a terminal. Never logged: its description says what kind it is, and nothing else.
public enum Input: Equatable, Sendable {
    case key(Key)
    case card(PresentedCard)
    /// A card or a code was shown and could not be read; words for the person who holds it.
    case trouble(String)
    case pin(EncryptedPIN)
    /// So many digits of the PIN are typed.
    case pinProgress(UInt64)
    case pinTrouble(PINTrouble)
    case code(ScannedInvoice)
    case pointer(Pointer)
}

/// A payment card's data, as EMV Book 3 names them.
public struct PresentedCard: Equatable, Sendable {
    /// Tag 5A: 8 to 19 ASCII digits.
    public var account: [UInt8]
    /// Tag 57, as the card has it; nil where it has none.
    public var track2: [UInt8]?
    /// Tag 5F24: year 0 to 99, month 1 to 12.
    public var expiry: CardDate
    /// Tag 5F34.
    public var sequenceNumber: UInt64?
    /// Tag 9F12 or 50, printable ASCII; may be empty.
    public var label: String
    /// Tag 4F: 5 to 16 bytes.
    public var application: [UInt8]
    public init(
        account: [UInt8], track2: [UInt8]?, expiry: CardDate, sequenceNumber: UInt64?, label: String,
        application: [UInt8]
    ) {
        self.account = account
        self.track2 = track2
        self.expiry = expiry
        self.sequenceNumber = sequenceNumber
        self.label = label
        self.application = application
    }
}

/// Month and year, as cards have them.
public struct CardDate: Equatable, Sendable {
    /// 0 to 99.
    public var year: UInt64
    /// 1 to 12.
    public var month: UInt64

    /// nil for a month that there is not.
    public init?(year: UInt64, month: UInt64) {
        guard year <= 99, (1...12).contains(month) else { return nil }
        self.year = year
        self.month = month
    }

    /// From YYMM as a number.
    init?(number: UInt64) { self.init(year: number / 100, month: number % 100) }
    var number: UInt64 { year * 100 + month }
}

/// A PIN that only the issuer's host can read: ISO 9564-1 format 4 under a key of this transaction (ANSI X9.24-3).
public struct EncryptedPIN: Equatable, Sendable {
    /// 16 bytes.
    public var block: [UInt8]
    /// 12 bytes: which key.
    public var keySerialNumber: [UInt8]
    public init(block: [UInt8], keySerialNumber: [UInt8]) {
        self.block = block
        self.keySerialNumber = keySerialNumber
    }
}

/// Why there will be no PIN.
public enum PINTrouble: UInt64, Equatable, Sendable, CaseIterable {
    /// The person pressed cancel.
    case cancelled = 1
    /// Nothing was typed for too long.
    case timeout = 2
    /// The terminal has no key for PINs, or has used it up.
    case noKey = 3
    /// No card was read and no account is stored: a PIN belongs to one.
    case noAccount = 4
}

/// What a merchant's code asks for (EMVCo, or NFC Forum).
public struct ScannedInvoice: Equatable, Sendable {
    public enum Tip: Equatable, Sendable {
        /// The payer is to be asked.
        case prompt
        /// Minor units.
        case fixed(UInt64)
        /// Hundredths of a percent, 1 to 9999.
        case percent(UInt64)
    }
    /// Its amount is without the tip, and 0 where the payer is to enter it.
    public var invoice: Invoice
    public var tip: Tip?
    public init(invoice: Invoice, tip: Tip?) {
        self.invoice = invoice
        self.tip = tip
    }
}

/// A finger on the picture of an application, in its pixels.
public struct Pointer: Equatable, Sendable {
    public enum Phase: UInt64, Equatable, Sendable { case down = 1, moved = 2, up = 3 }
    public var x: UInt64
    public var y: UInt64
    public var phase: Phase
    public init(x: UInt64, y: UInt64, phase: Phase) {
        self.x = x
        self.y = y
        self.phase = phase
    }
}

// MARK: what may be printed

extension Input: CustomStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .key: "key"
        case .card: "card"
        case .trouble: "trouble"
        case .pin: "pin"
        case .pinProgress: "pin progress"
        case .pinTrouble: "no pin"
        case .code: "code"
        case .pointer: "pointer"
        }
    }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension PresentedCard: CustomStringConvertible, CustomReflectable {
    public var description: String { "a card" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension EncryptedPIN: CustomStringConvertible, CustomReflectable {
    public var description: String { "a PIN" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
