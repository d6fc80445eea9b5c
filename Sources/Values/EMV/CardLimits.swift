/// Every bound that a card is held to.
public enum CardLimits {
    /// Commands of one reading, retries and continuations included. A card with six applications and 32 records needs
    /// 50.
    public static let commands = 64
    /// Records that an application's file locator may name.
    public static let records = 32
    /// Applications on the list of candidates.
    public static let candidates = 8
    /// Bytes of all answers of one reading, without their status words.
    public static let bytes = 64 << 10
    /// One answer: the longest that an extended Le asks for, and the status word (ISO/IEC 7816-4 §5.1).
    public static let responseBytes = 65_538
    /// Templates within templates.
    public static let nesting = 8
    /// Data objects of one application: ten times what a card has.
    public static let objects = 1024
    /// A command's data field: none here is of extended length (EMV Book 3 §6.2).
    public static let commandData = 255
    /// Digits of an account number (ISO/IEC 7812-1; EMV's `cn` up to 19).
    public static let accountDigits = 8...19
    /// Bytes of an application identifier (ISO/IEC 7816-4 §12.2.3).
    public static let identifier = 5...16
    /// Bytes of track 2 equivalent data (EMV Book 3, Annex A: tag 57).
    public static let track2Bytes = 19
    /// Bytes of tag 5A.
    public static let accountBytes = 10
    /// Characters of a label (EMV Book 3, Annex A: tags 50 and 9F12).
    public static let labelCharacters = 16
    /// Elementary files whose records follow EMV (Book 3 §5.3.2.1); those above belong to payment systems and issuers.
    static let ownFiles: ClosedRange<UInt8> = 1...10
    /// Short file identifiers (EMV Book 3 §5.3.2.2).
    static let files: ClosedRange<UInt8> = 1...30
}
