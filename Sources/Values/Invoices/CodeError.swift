// Invoices: what a merchant shows or holds out to be paid: EMVCo merchant-presented QR texts, NFC Forum NDEF messages,
// and the commands that read one from a Type 4 tag. Parses foreign bytes within `InvoiceLimits`; refusals carry no
// foreign text. Pure values and one pure machine; no reader, no camera, no clock.

/// Every bound that foreign invoices are held to.
public enum InvoiceLimits {
    /// EMV QR Code Specification, Merchant-Presented Mode, wants at most 512 characters; UTF-8 makes up to four
    /// bytes of one.
    public static let codeBytes = 2048
    /// What a file of a Type 4 tag can hold and READ BINARY can reach with 15 bits of offset (ISO/IEC 7816-4).
    public static let messageBytes = 0x7FFF
    /// Records of a message, chunks counted one by one.
    public static let records = 64
    /// Commands to one tag: a message of the longest, 15 bytes a time, as the smallest MLe has it, and to spare.
    public static let commands = 2400
}

/// Why a text or a message is no invoice. Names data objects by their identifiers (`54`, `62-01`), never by their
/// content.
public enum CodeError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooLong(bytes: Int, limit: Int)
    /// Not UTF-8, or not what the announced encoding is.
    case notText
    /// It does not begin as a merchant-presented code does (`000201`).
    case notMerchantCode
    case badChecksum
    /// Data objects do not fill this template exactly; the empty name is the code itself.
    case malformed(template: String)
    case repeated(object: String)
    case missing(object: String)
    case badValue(object: String)
    /// A currency that is not in ISO 4217, or not one that people pay in.
    case unknownCurrency
    /// A message without a record that is an invoice, or a code for something else.
    case noInvoice

    public var description: String {
        switch self {
        case .tooLong(let bytes, let limit): "the code has \(bytes) bytes, \(limit) are allowed"
        case .notText: "the code is not text"
        case .notMerchantCode: "this is not a merchant's payment code"
        case .badChecksum: "the code is damaged: its checksum does not match"
        case .malformed(let template): "the code is damaged\(template.isEmpty ? "" : " in its part \(template)")"
        case .repeated(let object): "the code has its part \(object) twice"
        case .missing(let object): "the code lacks its part \(object)"
        case .badValue(let object): "the code's part \(object) is not valid"
        case .unknownCurrency: "the code's currency is not known"
        case .noInvoice: "there is no invoice in it"
        }
    }
}
