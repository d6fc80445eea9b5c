/// What a terminal tells any card about itself, if a PDOL asks; and the applications that it accepts.
public struct TerminalProfile: Equatable, Sendable {
    /// ISO 3166-1, numeric: 276 for Germany. Tag 9F1A.
    public var country: UInt16
    /// As the byte on the wire, 00 for goods and services (ISO 8583 processing code, first two digits). Tag 9C.
    public var transactionType: UInt8 = 0x00
    /// EMV Book 4, Annex A1; 21 hexadecimal: attended, online only, operated by the merchant. Tag 9F35.
    public var terminalType: UInt8 = 0x21
    /// EMV Book 4, Annex A2: chip, PIN to the host, no card authentication. Tag 9F33, three bytes.
    public var capabilities: [UInt8] = [0x20, 0x40, 0x00]
    /// EMV Book 4, Annex A3: goods and services, keys, a display for the cardholder, ISO 8859-1. Tag 9F40, five bytes.
    public var additionalCapabilities: [UInt8] = [0x60, 0x00, 0xB0, 0x10, 0x01]
    /// EMV Contactless Book A §5.7: EMV mode, PIN to the host, online cryptogram required, confirmation on the device.
    /// Tag 9F66, four bytes.
    public var qualifiers: [UInt8] = [0x24, 0x80, 0x40, 0x00]
    /// ISO 18245. Tag 9F15.
    public var merchantCategory: UInt16?
    /// Tag 9F4E; what is not ASCII becomes a question mark.
    public var merchant: String
    /// Values for other tags, such as payment systems ask for and only the acquirer knows. They go before all that is
    /// known here, the transaction's included.
    public var others: [CardTag: TerminalValue] = [:]
    /// Identifiers of the accepted applications, or their first five bytes or more. A card's identifier that begins
    /// with one of them matches. Where a card has no contactless directory these are tried in this order, so keep the
    /// list short.
    public var applications: [[UInt8]] = TerminalProfile.commonApplications

    public init(country: UInt16, merchant: String) {
        self.country = country
        self.merchant = merchant
    }

    func value(_ tag: CardTag) -> TerminalValue? {
        if let other = others[tag] { return other }
        return switch tag {
        case 0x9F1A: TerminalValue(digits: UInt64(country), bytes: 2)
        case 0x9C: TerminalValue([transactionType], .numeric)
        case 0x9F35: TerminalValue([terminalType], .numeric)
        case 0x9F33: TerminalValue(capabilities)
        case 0x9F40: TerminalValue(additionalCapabilities)
        case 0x9F66: TerminalValue(qualifiers)
        case 0x9F15: merchantCategory.map { TerminalValue(digits: UInt64($0), bytes: 2) }
        case 0x9F4E: TerminalValue(merchant.unicodeScalars.map { $0.isASCII ? UInt8($0.value) : 0x3F })
        default: nil
        }
    }

    func accepts(_ identifier: [UInt8]) -> Bool { applications.contains { identifier.starts(with: $0) } }

    /// The applications of the large payment systems, registered under ISO/IEC 7816-5.
    public static let commonApplications: [[UInt8]] = [
        [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10],  // Visa credit and debit
        [0xA0, 0x00, 0x00, 0x00, 0x03, 0x20, 0x10],  // Visa Electron
        [0xA0, 0x00, 0x00, 0x00, 0x03, 0x20, 0x20],  // V Pay
        [0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10],  // Mastercard
        [0xA0, 0x00, 0x00, 0x00, 0x04, 0x30, 0x60],  // Maestro
        [0xA0, 0x00, 0x00, 0x00, 0x25, 0x01],  // American Express
        [0xA0, 0x00, 0x00, 0x00, 0x65, 0x10, 0x10],  // JCB
        [0xA0, 0x00, 0x00, 0x01, 0x52, 0x30, 0x10],  // Discover and Diners Club
        [0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01],  // UnionPay debit, credit, quasi-credit
        [0xA0, 0x00, 0x00, 0x00, 0x42, 0x10, 0x10],  // Cartes Bancaires
    ]
}
