/// A contactless payment card as its directory, application and records show it (EMV Contactless Book B and EMV Book
/// 3).
public struct PaymentCard: Equatable, Sendable {
    /// Digits; a published test number.
    public var pan = "4000001234567899"
    /// Year and month, YYMM.
    public var expiry = "3012"
    public var sequence: UInt8 = 1
    public var label = "TEST DEBIT"
    public var application: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10]
    /// Records in all; with nine a whole read takes twelve commands. At least two, at most 30 (three files of ten).
    public var recordCount = 9
    /// The processing options' answer as one string (EMV Book 3, 6.5.8.4, format 1) in place of a template (format 2).
    public var isFormatOne = false

    public init() {}

    public init(pan: String) { self.pan = pan }

    /// Removes the words that it knows.
    init?(taking values: inout [String: String]) {
        if let pan = values.removeValue(forKey: "pan") { self.pan = pan }
        if let expiry = values.removeValue(forKey: "expiry") { self.expiry = expiry }
        if let label = values.removeValue(forKey: "label") { self.label = label.replacing("_", with: " ") }
        if let text = values.removeValue(forKey: "aid") {
            guard let bytes = Hexadecimal.bytes(text) else { return nil }
            application = bytes
        }
        if let text = values.removeValue(forKey: "records") {
            guard let count = Int(text) else { return nil }
            recordCount = count
        }
        if let text = values.removeValue(forKey: "format") { isFormatOne = text == "1" }
        guard Self.isDigits(pan, 8...19), Self.isDigits(expiry, 4...4), (5...16).contains(application.count),
            (1...16).contains(label.utf8.count), (2...30).contains(recordCount)
        else { return nil }
    }

    private static func isDigits(_ text: String, _ counts: ClosedRange<Int>) -> Bool {
        counts.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    var words: [String] {
        [
            "pan=\(pan)", "expiry=\(expiry)", "label=\(label.replacing(" ", with: "_"))",
            "aid=\(Hexadecimal.text(application))", "records=\(recordCount)", "format=\(isFormatOne ? 1 : 2)",
        ]
    }

    static let directory = Array("2PAY.SYS.DDF01".utf8)
    /// Qualifiers, amount, unpredictable number, currency: what a contactless application asks for (tag, length).
    static let wanted: [(tag: [UInt8], count: Int)] = [
        ([0x9F, 0x66], 4), ([0x9F, 0x02], 6), ([0x9F, 0x37], 4), ([0x5F, 0x2A], 2),
    ]
    static var wantedCount: Int { wanted.reduce(0) { $0 + $1.count } }

    var directoryAnswer: [UInt8] {
        TLV.object(
            [0x6F], TLV.object([0x84], Self.directory) + TLV.object([0xA5], TLV.object([0xBF, 0x0C], entry())))
    }

    func entry(priority: UInt8 = 1) -> [UInt8] {
        TLV.object(
            [0x61],
            TLV.object([0x4F], application) + TLV.object([0x50], Array(label.utf8)) + TLV.object([0x87], [priority]))
    }

    func applicationAnswer(options: [UInt8]) -> [UInt8] {
        TLV.object(
            [0x6F],
            TLV.object([0x84], application)
                + TLV.object(
                    [0xA5],
                    TLV.object([0x50], Array(label.utf8)) + TLV.object([0x87], [1])
                        + TLV.object([0x9F, 0x38], options)))
    }

    static var wantedList: [UInt8] { wanted.flatMap { $0.tag + [UInt8($0.count)] } }

    /// Files 1 to 3, the records spread over them.
    var files: [(file: UInt8, records: ClosedRange<Int>)] {
        let whole = recordCount / 3
        let counts = [whole, whole, recordCount - 2 * whole]
        return counts.enumerated().filter { $0.element > 0 }.map { (UInt8($0.offset + 1), 1...$0.element) }
    }

    var optionsAnswer: [UInt8] {
        let profile: [UInt8] = [0x20, 0x00]
        let locator = files.flatMap { file, records -> [UInt8] in
            [file << 3, UInt8(records.lowerBound), UInt8(records.upperBound), 0]
        }
        if isFormatOne { return TLV.object([0x80], profile + locator) }
        return TLV.object([0x77], TLV.object([0x82], profile) + TLV.object([0x94], locator))
    }

    /// Keys' certificates and remainders, static data to be authenticated (EMV Book 3, Annex A).
    private static let others: [[UInt8]] = [[0x90], [0x92], [0x93], [0x9F, 0x46], [0x9F, 0x48]]

    /// The first record has track 2, the second the account; the others what a card has as well.
    func record(_ number: Int, of file: UInt8) -> [UInt8]? {
        guard let entry = files.first(where: { $0.file == file }), entry.records.contains(number) else { return nil }
        let before = files.prefix { $0.file != file }.reduce(0) { $0 + $1.records.count }
        switch before + number {
        case 1: return TLV.object([0x70], TLV.object([0x57], trackTwo))
        case 2:
            return TLV.object(
                [0x70],
                TLV.object([0x5A], TLV.packed(pan)) + TLV.object([0x5F, 0x24], TLV.packed(expiry + "31"))
                    + TLV.object([0x5F, 0x34], [sequence]))
        case let other:
            // What else a card has, in the size of a public key's remainder: nothing that a reader of the account
            // needs. Each object is there once (EMV Book 3, 10.2, forbids it twice).
            let tag = other - 3 < Self.others.count ? Self.others[other - 3] : [0xDF, UInt8(other)]
            return TLV.object([0x70], TLV.object(tag, (0..<42).map { UInt8(truncatingIfNeeded: $0 &* other) }))
        }
    }

    /// Account, separator, expiry, service code, discretionary data, filled up to whole bytes.
    private var trackTwo: [UInt8] { TLV.packed(pan + "D" + expiry + "201" + "0000000000") }
}

enum TLV {
    static func object(_ tag: [UInt8], _ value: [UInt8]) -> [UInt8] { tag + length(value.count) + value }

    static func length(_ count: Int) -> [UInt8] {
        switch count {
        case ..<0x80: [UInt8(count)]
        case ..<0x100: [0x81, UInt8(count)]
        default: [0x82, UInt8(count >> 8), UInt8(count & 0xFF)]
        }
    }

    /// Hexadecimal digits, two a byte, F after an odd number.
    static func packed(_ digits: String) -> [UInt8] {
        Hexadecimal.bytes(digits.utf8.count.isMultiple(of: 2) ? digits : digits + "F") ?? []
    }
}
