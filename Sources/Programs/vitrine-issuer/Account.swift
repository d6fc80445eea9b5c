internal import Database
internal import ISO8583
internal import Secrets

/// An account as the ledger has it. Amounts are minor units of its currency.
struct Account: Sendable {
    /// What is asked for above an amount, besides the card.
    struct Proof: Equatable, Sendable {
        enum Kind: String, Equatable, Sendable, CaseIterable {
            case code, identification
            /// Field 44.
            var name: String { rawValue.uppercased() }
        }
        let kind: Kind
        let above: Int64
    }

    /// Wrong PINs, or wrong proofs, in a row.
    static let tries: Int64 = 3

    let number: Int64
    let digest: [UInt8]
    let masked: String
    let currency: String
    let expiry: Expiry
    var balance: Int64
    /// Of one payment.
    let limit: Int64
    let isBlocked: Bool
    let salt: [UInt8]
    let pinReference: [UInt8]?
    let pinAbove: Int64?
    var pinTries: Int64
    let proof: Proof?
    let identification: [UInt8]?
    var proofTries: Int64
    /// The one-time code that was given out last, and the last one that is used up: see `CodeCommand`.
    let codeIssued: Int64
    var codeUsed: Int64

    /// Columns of `accounts`.
    init(_ row: RecordRow) throws(DatabaseError) {
        number = try row.integer("number")
        digest = try row.bytes("digest")
        masked = try row.text("masked")
        currency = try row.text("currency")
        let date = Int(try row.integer("expiry"))
        guard let expiry = Expiry(year: date / 100, month: date % 100) else {
            throw .damaged(table: "accounts", detail: "expiry")
        }
        self.expiry = expiry
        balance = try row.integer("balance")
        limit = try row.integer("payment_limit")
        isBlocked = try row.integer("blocked") != 0
        salt = try row.bytes("salt")
        pinReference = row.optionalBytes("pin_reference")
        pinAbove = row.optionalInteger("pin_above")
        pinTries = try row.integer("pin_tries")
        if let kind = row.optionalText("proof").flatMap(Proof.Kind.init(rawValue:)) {
            proof = Proof(kind: kind, above: try row.integer("proof_above"))
        } else {
            proof = nil
        }
        identification = row.optionalBytes("identification")
        proofTries = try row.integer("proof_tries")
        codeIssued = try row.integer("code_issued")
        codeUsed = try row.integer("code_used")
    }
}

/// Account numbers that no bank gives to anybody: those that networks, card makers and payment services publish for
/// tests.
enum TestAccounts {
    static let ranges = [
        "222300", "301111", "305693", "340000", "356600", "371449", "378282", "400000", "401200", "401288", "411111",
        "422222", "424242", "476173", "510510", "541333", "555555", "601100", "601111", "679999",
    ]

    static func contains(_ digits: [UInt8]) -> Bool {
        ranges.contains { digits.starts(with: Array($0.utf8)) }
    }

    /// Six and four digits; of a short number the last four only.
    static func masked(_ digits: [UInt8]) -> String {
        (digits.count > 10 ? String(decoding: digits.prefix(6), as: UTF8.self) : "") + "…"
            + String(decoding: digits.suffix(4), as: UTF8.self)
    }
}
