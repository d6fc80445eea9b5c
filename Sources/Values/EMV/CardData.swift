public import Secrets

/// The account that was read from a card. No `description`: what may be shown is `masked`.
public struct CardData: ~Copyable, Sendable {
    /// The account number, 8 to 19 ASCII digits.
    public let pan: SecretBytes
    /// The value of tag 57 as the card sent it, at most 19 bytes; nil if the card has none.
    public let track2: SecretBytes?
    /// Tag 5F24, and without it the date of track 2. Where they differ 5F24 counts, which EMV makes mandatory: cards
    /// with a stripe date of their own exist, and the host gets both.
    public let expiry: CardExpiry
    /// Tag 5F34, 0…99: which card of the account this is.
    public let sequenceNumber: UInt8?
    /// The application's name for people: at most 16 printable characters of ISO 8859-1, maybe none.
    public let label: String
    /// The whole name of the application that was read, 5 to 16 bytes.
    public let aid: [UInt8]
    /// The first six and last four digits and stars between; of a number with fewer than 13 digits, the last four.
    public let masked: String
    /// The number passes the test of its check digit (ISO/IEC 7812-1). Reported and not required: private cards exist
    /// whose numbers have none, and the host knows.
    public let hasValidCheckDigit: Bool

    init(
        pan: consuming SecretBytes, track2: consuming SecretBytes?, expiry: CardExpiry, sequenceNumber: UInt8?,
        application: SelectedApplication
    ) {
        masked = AccountNumber.masked(pan)
        hasValidCheckDigit = AccountNumber.hasValidCheckDigit(pan)
        self.pan = pan
        self.track2 = track2
        self.expiry = expiry
        self.sequenceNumber = sequenceNumber
        label = application.label
        aid = application.name
    }
}
