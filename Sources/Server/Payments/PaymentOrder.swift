// Payments: the server's half of a payment, exactly once. Owns the journal of payments (payments.sqlite), the machine
// that each one follows, and the connection to the bank's host (ISO 8583 over TCP, with TLS where it is set up). Card
// data lives in `SecretBytes` and in what is on its way to the host; the journal, logs and errors know six and four
// digits at most. Its threads: an event loop for machines and connection, one for the journal, which waits for the
// disk.

public import ISO8583
public import Secrets

/// Bounds of what an order may hold: those of the fields that it travels in.
public enum OrderLimits {
    public static let identifierBytes = 16
    /// Field 4.
    public static let amount: ClosedRange<UInt64> = 1...999_999_999_999
    /// ISO/IEC 7812-1.
    public static let accountDigits = 8...19
    /// Field 60, and the longest one-time code or identification that a host asks for.
    public static let proofBytes = 40
    /// Of field 42, 43, 62 and a terminal's name, UTF-8; what a field cannot hold is cut off or replaced.
    public static let textBytes = 256
    /// Of a Track 2 equivalent (EMV Book 3, tag 57), bytes.
    public static let track2Bytes = 19
}

/// Why there is no order. Says nothing of what is in it: safe to log.
public enum OrderError: Error, Equatable, Sendable, CustomStringConvertible {
    case badIdentifier, badAmount, badCurrency, badAccount, badTrack2, badProof, badText

    public var description: String {
        switch self {
        case .badIdentifier: "a payment's identifier has \(OrderLimits.identifierBytes) bytes"
        case .badAmount: "an amount is 1 to \(OrderLimits.amount.upperBound) minor units"
        case .badCurrency: "a currency is three letters or three digits (ISO 4217)"
        case .badAccount: "an account has 8 to 19 digits"
        case .badTrack2: "the card's track 2 cannot be read"
        case .badProof: "a code has 1 to \(OrderLimits.proofBytes) printable characters"
        case .badText: "a name has at most \(OrderLimits.textBytes) bytes"
        }
    }
}

/// How the account came to the terminal: field 22, its first two digits.
public enum AccountEntry: String, Equatable, Sendable, CaseIterable {
    case keyed = "01"
    case contactless = "07"
    /// Credential on file: from the terminal's sealed store.
    case stored = "10"
}

/// Who is paid.
public struct Merchant: Equatable, Sendable {
    /// Field 42, as the acquirer knows it.
    public var identifier: String
    /// Field 43: name and place.
    public var name: String

    public init(identifier: String, name: String) {
        self.identifier = identifier
        self.name = name
    }
}

/// One payment as the wallet's session asks for it.
public struct PaymentOrder: ~Copyable, Sendable {
    /// 16 bytes that the session chooses once: the same payment asked for again is one payment.
    public let identifier: [UInt8]
    public let terminal: String
    public let merchant: Merchant
    /// Field 62: what is paid, as the merchant calls it.
    public let invoice: String
    /// Minor units.
    public let amount: UInt64
    /// ISO 4217: three capital letters or three digits; field 49 takes either.
    public let currency: String
    public let account: PaymentAccount
    public let entry: AccountEntry
    /// Field 110.
    public let pin: PINData?
    /// Field 60: what an earlier `needsMore` asked for.
    public let proof: SecretBytes?

    public init(
        identifier: [UInt8], terminal: String, merchant: Merchant, invoice: String, amount: UInt64, currency: String,
        account: consuming PaymentAccount, entry: AccountEntry, pin: PINData? = nil,
        proof: consuming SecretBytes? = nil
    ) throws(OrderError) {
        guard identifier.count == OrderLimits.identifierBytes else { throw .badIdentifier }
        guard OrderLimits.amount.contains(amount) else { throw .badAmount }
        let code = Array(currency.utf8)
        guard code.count == 3,
            code.allSatisfy({ (0x30...0x39).contains($0) }) || code.allSatisfy({ (0x41...0x5A).contains($0) })
        else { throw .badCurrency }
        let texts = [terminal, merchant.identifier, merchant.name, invoice]
        guard texts.allSatisfy({ $0.utf8.count <= OrderLimits.textBytes }) else { throw .badText }
        guard Self.isProof(proof) else { throw .badProof }
        self.identifier = identifier
        self.terminal = terminal
        self.merchant = merchant
        self.invoice = invoice
        self.amount = amount
        self.currency = currency
        self.account = account
        self.entry = entry
        self.pin = pin
        self.proof = proof
    }

    /// Printable, and not too long; none is fine.
    private static func isProof(_ proof: borrowing SecretBytes?) -> Bool {
        switch proof {
        case .some(let proof):
            var characters = proof.copied()
            defer { wipe(&characters) }
            return (1...OrderLimits.proofBytes).contains(characters.count)
                && characters.allSatisfy { (0x20...0x7E).contains($0) }
        case .none: return true
        }
    }
}
