/// The tag of a data object, its one to three bytes as a big-endian number: 0x57, 0x9F38.
public struct CardTag: RawRepresentable, Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(integerLiteral value: UInt32) { rawValue = value }

    /// The value is made of data objects (bit 6 of the first byte; EMV Book 3, Annex B1).
    public var isConstructed: Bool { first & 0x20 != 0 }

    private var first: UInt32 {
        rawValue > 0xFFFF ? rawValue >> 16 : rawValue > 0xFF ? rawValue >> 8 : rawValue
    }

    public var description: String { String(rawValue, radix: 16, uppercase: true) }
}

/// The data objects that are read here (EMV Book 3, Annex A).
extension CardTag {
    static let applicationIdentifier: CardTag = 0x4F
    static let label: CardTag = 0x50
    static let track2: CardTag = 0x57
    static let accountNumber: CardTag = 0x5A
    static let directoryEntry: CardTag = 0x61
    static let controlInformation: CardTag = 0x6F
    static let record: CardTag = 0x70
    static let responseFormat2: CardTag = 0x77
    static let responseFormat1: CardTag = 0x80
    static let fileName: CardTag = 0x84
    static let priority: CardTag = 0x87
    static let fileLocator: CardTag = 0x94
    static let proprietary: CardTag = 0xA5
    static let expiry: CardTag = 0x5F24
    static let sequenceNumber: CardTag = 0x5F34
    static let codeTable: CardTag = 0x9F11
    static let preferredName: CardTag = 0x9F12
    static let optionsList: CardTag = 0x9F38
    static let issuerDiscretionary: CardTag = 0xBF0C
}
