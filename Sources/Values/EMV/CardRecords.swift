internal import Secrets

/// What one application's answers have told so far.
///
/// A data object that comes twice, in whichever records and templates, is refused (EMV Book 3 §10.2), with one that is
/// read or any other; templates may repeat. An object of length 0 is there and says nothing. Templates in records are
/// opened: their objects count as the record's.
struct CardRecords: ~Copyable, Sendable {
    private var seen: Set<CardTag> = []
    private var number: SecretBytes?
    private var track2: SecretBytes?
    private var stripe: Track2?
    /// The account number in track 2.
    private var stripeNumber: SecretBytes?
    private var expiry: CardExpiry?
    private var sequenceNumber: UInt8?
    /// The value of tag 94, if it came.
    private(set) var locator: [UInt8] = []

    init() {}

    /// Takes all data objects of the template at `range`.
    mutating func take(_ bytes: RawSpan, _ range: Range<Int>) throws(CardFormatError) {
        var walk = ObjectWalk(range)
        while let object = try walk.next(in: bytes) {
            guard !object.tag.isConstructed else { continue }
            guard seen.count < CardLimits.objects else { throw .tooMany }
            guard seen.insert(object.tag).inserted else { throw .repeated(object.tag) }
            if !object.value.isEmpty { try store(object, bytes) }
        }
    }

    private mutating func store(_ object: DataObject, _ bytes: RawSpan) throws(CardFormatError) {
        switch object.tag {
        case .track2:
            let stripe = try Track2(bytes, object.value)
            track2 = SecretBytes(bytes, object.value)
            stripeNumber = stripe.accountNumber(in: bytes, object.value)
            self.stripe = stripe
        case .accountNumber: number = try AccountNumber.read(bytes, object.value)
        case .expiry:
            // YYMMDD. The day is the month's last in any case, so only its being a number matters.
            let parts = try Self.decimal(bytes, object, count: 3)
            guard let date = CardExpiry(year: parts[0], month: parts[1]) else { throw .badValue(.expiry) }
            expiry = date
        case .sequenceNumber: sequenceNumber = try Self.decimal(bytes, object, count: 1)[0]
        case .fileLocator: locator = bytes.copy(object.value)
        default: break
        }
    }

    /// A value in `n`, two digits to a byte, of `count` bytes.
    private static func decimal(
        _ bytes: RawSpan, _ object: DataObject, count: Int
    ) throws(CardFormatError) -> [UInt8] {
        guard object.value.count == count else { throw .badValue(object.tag) }
        var parts: [UInt8] = []
        for index in object.value {
            let (tens, ones) = (bytes.byte(index) >> 4, bytes.byte(index) & 15)
            guard tens <= 9, ones <= 9 else { throw .badValue(object.tag) }
            parts.append(tens * 10 + ones)
        }
        return parts
    }

    /// The account, complete and without contradiction. Afterwards nothing is left here, whatever came of it.
    consuming func account(of application: SelectedApplication) throws(CardFault) -> CardData {
        let date = expiry ?? stripe?.expiry
        let sequenceNumber = sequenceNumber
        let pan = try Self.agreed(number, stripeNumber)
        guard let date else { throw .noExpiry }
        return CardData(
            pan: pan, track2: track2, expiry: date, sequenceNumber: sequenceNumber, application: application)
    }

    /// The one number that both objects name, where both came.
    private static func agreed(
        _ number: consuming SecretBytes?, _ stripeNumber: consuming SecretBytes?
    ) throws(CardFault) -> SecretBytes {
        guard let number else {
            guard let stripeNumber else { throw .noAccount }
            return stripeNumber
        }
        if let stripeNumber, !number.isEqual(to: stripeNumber) { throw .contradictory }
        return number
    }
}
