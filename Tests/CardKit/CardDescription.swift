// CardKit: cards that answer, and a card service of one's own for them: for tests, the demo and the bench. A card
// speaks the protocol of vsmartcard's virtual reader (vpcd); the service is a real pcscd in namespaces of its own.
// Nothing here is a card of anybody: the account numbers are published test numbers.

/// What a virtual card is, in words that fit a command line: `payment pan=4111111111111111 delay=20`.
public struct CardDescription: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case payment(PaymentCard)
        /// An NFC Forum Type 4 tag with this NDEF message.
        case tag([UInt8])
    }

    public var kind: Kind
    /// How long the card takes for each command, in milliseconds.
    public var delayMilliseconds: Int
    /// What it does wrong, if anything.
    public var malice: Malice?

    public init(_ kind: Kind, delayMilliseconds: Int = 0, malice: Malice? = nil) {
        self.kind = kind
        self.delayMilliseconds = delayMilliseconds
        self.malice = malice
    }

    public static let payment = CardDescription(.payment(PaymentCard()))

    /// Nil for words that describe no card.
    public init?(words: [String]) {
        var values: [String: String] = [:]
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
        }
        let kind: Kind
        switch words.first {
        case "payment":
            guard let card = PaymentCard(taking: &values) else { return nil }
            kind = .payment(card)
        case "tag":
            guard let message = Hexadecimal.bytes(values.removeValue(forKey: "ndef") ?? "") else { return nil }
            kind = .tag(message)
        default: return nil
        }
        guard let delay = Int(values.removeValue(forKey: "delay") ?? "0"), delay >= 0 else { return nil }
        var malice: Malice?
        if let word = values.removeValue(forKey: "malice") {
            guard let read = Malice(word) else { return nil }
            malice = read
        }
        guard values.isEmpty else { return nil }
        self.init(kind, delayMilliseconds: delay, malice: malice)
    }

    public var words: [String] {
        let first =
            switch kind {
            case .payment(let card): ["payment"] + card.words
            case .tag(let message): ["tag", "ndef=\(Hexadecimal.text(message))"]
            }
        return first + ["delay=\(delayMilliseconds)"] + (malice.map { ["malice=\($0.word)"] } ?? [])
    }
}

/// What a hostile or broken card does; commands are counted from 1.
public enum Malice: Equatable, Sendable {
    /// Answers every command with "more to come" (61xx).
    case endless
    /// Answers every command with "ask for another length" (6Cxx).
    case otherLength
    /// Lengths within its answers that reach beyond them.
    case wrongLengths
    /// Records, or a message, of 65,000 bytes.
    case huge
    /// Objects within objects, a hundred deep.
    case nested
    /// Asks for data of which nobody has heard, more than fits a command.
    case nonsense
    /// A directory of 200 applications.
    case crowded
    /// One byte, where a status word has two.
    case short
    /// An answer to reset that is none.
    case mute
    /// Random-looking bytes with a good status word.
    case noise
    /// Does not answer the command with this number, nor any later one.
    case silent(from: Int)
    /// Is torn away when the command with this number arrives.
    case torn(at: Int)

    private static let plain: [(word: String, malice: Malice)] = [
        ("endless", .endless), ("other-length", .otherLength), ("wrong-lengths", .wrongLengths), ("huge", .huge),
        ("nested", .nested), ("nonsense", .nonsense), ("crowded", .crowded), ("short", .short), ("noise", .noise),
        ("mute", .mute),
    ]

    /// Those that answer, wrongly.
    public static let answering = plain.map(\.malice)

    init?(_ word: String) {
        let parts = word.split(separator: ":").map(String.init)
        if parts.count == 1, let found = Self.plain.first(where: { $0.word == word }) {
            self = found.malice
        } else if parts.count == 2, let number = Int(parts[1]), parts[0] == "silent" {
            self = .silent(from: number)
        } else if parts.count == 2, let number = Int(parts[1]), parts[0] == "torn" {
            self = .torn(at: number)
        } else {
            return nil
        }
    }

    var word: String {
        switch self {
        case .silent(let number): "silent:\(number)"
        case .torn(let number): "torn:\(number)"
        default: Self.plain.first { $0.malice == self }?.word ?? "none"
        }
    }
}

enum Hexadecimal {
    static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    static func text(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
