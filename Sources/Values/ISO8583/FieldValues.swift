/// Field 7: month to second, in UTC by convention. Field 13 and 12 are its local halves.
public struct MonthToSecond: Equatable, Hashable, Sendable {
    /// 1…12, 1…31, 0…23, 0…59, 0…59.
    public let month, day, hour, minute, second: Int

    /// Nil when a part is out of its range.
    public init?(month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
            (0...59).contains(second)
        else { return nil }
        (self.month, self.day, self.hour, self.minute, self.second) = (month, day, hour, minute, second)
    }

    init?(pairs: [Int]) {
        guard pairs.count == 5 else { return nil }
        self.init(month: pairs[0], day: pairs[1], hour: pairs[2], minute: pairs[3], second: pairs[4])
    }

    var bytes: [UInt8] { [month, day, hour, minute, second].flatMap { digits($0, count: 2) } }
}

/// Field 14: the last month in which a card is good, as `YYMM`.
public struct Expiry: Equatable, Hashable, Sendable {
    /// 0…99 and 1…12.
    public let year, month: Int

    public init?(year: Int, month: Int) {
        guard (0...99).contains(year), (1...12).contains(month) else { return nil }
        (self.year, self.month) = (year, month)
    }
}

/// Field 39: what became of a request. The codes that this project gives; others pass through.
public struct ResponseCode: RawRepresentable, Equatable, Hashable, Sendable {
    /// Two characters.
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let approved = ResponseCode(rawValue: "00")
    public static let referToIssuer = ResponseCode(rawValue: "01")
    public static let doNotHonour = ResponseCode(rawValue: "05")
    public static let invalidTransaction = ResponseCode(rawValue: "12")
    public static let invalidAmount = ResponseCode(rawValue: "13")
    public static let noSuchCard = ResponseCode(rawValue: "14")
    public static let noSuchOriginal = ResponseCode(rawValue: "25")
    public static let formatError = ResponseCode(rawValue: "30")
    public static let notEnoughMoney = ResponseCode(rawValue: "51")
    public static let expiredCard = ResponseCode(rawValue: "54")
    public static let wrongPIN = ResponseCode(rawValue: "55")
    public static let tooManyPINs = ResponseCode(rawValue: "75")
    public static let issuerUnavailable = ResponseCode(rawValue: "91")
    public static let duplicate = ResponseCode(rawValue: "94")
    public static let malfunction = ResponseCode(rawValue: "96")
}

/// Field 90: which transaction a reversal is about, 42 digits.
public struct OriginalData: Equatable, Hashable, Sendable {
    /// Of the original request, also when a repeat of it was what got through.
    public let type: MessageType
    /// Its field 11.
    public let traceNumber: UInt64
    /// Its field 7.
    public let transmitted: MonthToSecond
    /// Its fields 32 and 33: up to 11 digits, empty where it had none. (Zeros in front are the filling, and lost.)
    public let acquirer, forwarder: String

    public init(
        type: MessageType, traceNumber: UInt64, transmitted: MonthToSecond, acquirer: String, forwarder: String = ""
    ) {
        self.type = type
        self.traceNumber = traceNumber
        self.transmitted = transmitted
        self.acquirer = acquirer
        self.forwarder = forwarder
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 42, let type = MessageType(rawValue: String(decoding: bytes[..<4], as: UTF8.self)),
            let transmitted = MonthToSecond(pairs: pairs(Array(bytes[10..<20])))
        else { return nil }
        func institution(_ range: Range<Int>) -> String {
            String(decoding: bytes[range].drop { $0 == 0x30 }, as: UTF8.self)
        }
        self.init(
            type: type, traceNumber: bytes[4..<10].reduce(0) { $0 * 10 + UInt64($1 - 0x30) }, transmitted: transmitted,
            acquirer: institution(20..<31), forwarder: institution(31..<42))
    }

    var bytes: [UInt8]? {
        guard traceNumber <= 999_999, acquirer.utf8.count <= 11, forwarder.utf8.count <= 11 else { return nil }
        func filled(_ institution: String) -> [UInt8] {
            [UInt8](repeating: 0x30, count: 11 - institution.utf8.count) + Array(institution.utf8)
        }
        return Array(type.rawValue.utf8) + digits(Int(traceNumber), count: 6) + transmitted.bytes + filled(acquirer)
            + filled(forwarder)
    }
}

/// Field 110 as this project uses it: a PIN block of ISO 9564-1 format 4 and the AES DUKPT key serial number that it is
/// enciphered under, one after the other.
public struct PINData: Equatable, Sendable {
    /// 16 bytes.
    public let block: [UInt8]
    /// 12 bytes.
    public let keySerialNumber: [UInt8]

    /// Nil for other lengths.
    public init?(block: [UInt8], keySerialNumber: [UInt8]) {
        guard block.count == 16, keySerialNumber.count == 12 else { return nil }
        self.block = block
        self.keySerialNumber = keySerialNumber
    }
}

/// Digits in twos as numbers.
func pairs(_ bytes: [UInt8]) -> [Int] {
    stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0] &- 0x30) * 10 + Int(bytes[$0 + 1] &- 0x30) }
}

extension FieldKey where Value == MonthToSecond {
    public static var transmitted: FieldKey {
        FieldKey(number: 7, read: { MonthToSecond(pairs: pairs($0)) }, write: { $0.bytes })
    }
}

extension FieldKey where Value == Expiry {
    public static var expiry: FieldKey {
        FieldKey(number: 14) { bytes in
            let parts = pairs(bytes)
            return parts.count == 2 ? Expiry(year: parts[0], month: parts[1]) : nil
        } write: {
            digits($0.year, count: 2) + digits($0.month, count: 2)
        }
    }
}

extension FieldKey where Value == ResponseCode {
    public static var responseCode: FieldKey {
        FieldKey(
            number: 39, read: { ResponseCode(rawValue: String(decoding: $0, as: UTF8.self)) },
            write: { Array($0.rawValue.utf8) })
    }
}

extension FieldKey where Value == OriginalData {
    public static var original: FieldKey { FieldKey(number: 90, read: { OriginalData($0) }, write: { $0.bytes }) }
}

extension FieldKey where Value == PINData {
    public static var pinData: FieldKey {
        FieldKey(number: 110) {
            PINData(block: Array($0.prefix(16)), keySerialNumber: Array($0.dropFirst(16)))
        } write: {
            $0.block + $0.keySerialNumber
        }
    }
}

extension Message {
    /// Fields 13 and 12 from the local date and time of a transaction.
    public mutating func putLocal(_ time: MonthToSecond) throws(MessageError) {
        try set(13, Array(time.bytes.prefix(4)))
        try set(12, Array(time.bytes.dropFirst(4)))
    }

    /// Fields 13 and 12; nil when one is missing or none of a calendar.
    public var local: MonthToSecond? {
        guard let date = self[13], let time = self[12] else { return nil }
        return MonthToSecond(pairs: pairs(date + time))
    }
}
