public import Wire

extension Payment {
    public enum Phase: Equatable, Sendable {
        /// Waits for the merchant's code.
        case scanning(Note)
        /// The payer enters the amount; `tip` is what comes on top of it.
        case pricing(Typed, tip: ScannedInvoice.Tip?)
        case tipping(Typed)
        /// Waits for a card.
        case presenting(Note)
        /// The stored account's code is typed.
        case entering(Entry)
        case confirming(Means, Note)
        case processing(Attempt, Wait)
        /// The PIN is typed, in the terminal.
        case typingPIN(Attempt, stars: Int)
        /// What the bank asked for is typed.
        case proving(Attempt, ProofEntry)
        case receipt(Receipt)
        case answered(Outcome)

        var mode: EntryMode {
            switch self {
            case .scanning: [.code, .keys]
            case .pricing, .tipping, .proving: .keys
            case .presenting, .entering: [.card, .keys]
            case .confirming(let means, _): means.source == .stored ? [.card, .keys] : .keys
            case .processing: .none
            case .typingPIN: .pin
            // OK goes on at once, where the terminal still sends it.
            case .receipt, .answered: .none
            }
        }
    }

    /// An amount, as far as it is typed.
    public struct Typed: Equatable, Sendable {
        public var minorUnits: UInt64 = 0
        public var note = Note.none
        public init(minorUnits: UInt64 = 0, note: Note = .none) {
            self.minorUnits = minorUnits
            self.note = note
        }
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

    /// What is paid with.
    public struct Means: Equatable, Sendable {
        public var source: PaymentAttempt.Source
        public var account: AccountView
        public init(source: PaymentAttempt.Source, account: AccountView) {
            self.source = source
            self.account = account
        }
    }

    public struct Attempt: Equatable, Sendable {
        public var number: UInt64
        public var means: Means
        public init(number: UInt64, means: Means) {
            self.number = number
            self.means = means
        }
    }

    /// How far the asking is.
    public enum Wait: Equatable, Sendable {
        /// Shown for less than `processingTime`.
        case fresh
        /// Answered meanwhile.
        case answered(PaymentAnswer)
        case long
    }

    /// A one-time code or an identifier; the characters themselves are in wiping memory.
    public struct ProofEntry: Equatable, Sendable {
        public enum Kind: Equatable, Sendable, CaseIterable { case code, identifier }
        public static let codeDigits = 8
        public var kind: Kind
        public var typed = 0
        public var note = Note.none
        public init(kind: Kind, typed: Int = 0, note: Note = .none) {
            self.kind = kind
            self.typed = typed
            self.note = note
        }
        var limit: Int { kind == .code ? Self.codeDigits : WireLimits.proofBytes }
    }

    public struct Receipt: Equatable, Sendable {
        public var reference: String
        public var approval: String
        public var means: Means
        public init(reference: String, approval: String, means: Means) {
            self.reference = reference
            self.approval = approval
            self.means = means
        }
    }

    public enum Note: Equatable, Sendable {
        case none, incomplete, nothingTyped, tooMuch, tooLong
        case wrongCode(triesLeft: Int)
        case trouble(String)

        var text: String? {
            switch self {
            case .none: nil
            case .incomplete: "The code has four digits"
            case .nothingTyped: "Nothing is typed yet"
            case .tooMuch: "That is more than can be paid"
            case .tooLong: "That is too long"
            case .wrongCode(let left): left == 1 ? "Wrong code. One try left" : "Wrong code. \(left) tries left"
            case .trouble(let words): words
            }
        }
    }
}
