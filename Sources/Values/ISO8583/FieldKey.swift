/// A field with the type of what is in it: `message[.amount]`, `try message.put(.amount, 2490)`.
public struct FieldKey<Value: Sendable>: Sendable {
    public let number: Int
    let read: @Sendable ([UInt8]) -> Value?
    let write: @Sendable (Value) -> [UInt8]?
}

extension Message {
    /// The field's value; nil when it is not there, or holds what its class allows but its meaning does not (month 13).
    public subscript<Value>(key: FieldKey<Value>) -> Value? { self[key.number].flatMap(key.read) }

    /// The field's value, which a message of this kind must have.
    public func require<Value>(_ key: FieldKey<Value>) throws(MessageError) -> Value {
        guard let value = self[key.number] else { throw .missing(field: key.number) }
        guard let read = key.read(value) else { throw .badContent(field: key.number) }
        return read
    }

    /// On an error the message is as it was.
    public mutating func put<Value>(_ key: FieldKey<Value>, _ value: Value) throws(MessageError) {
        guard let written = key.write(value) else { throw .badContent(field: key.number) }
        try set(key.number, written)
    }

    /// The message that answers this one: its type is the answer's, and it has this one's fields of those `numbers`.
    /// Nil for what is an answer itself.
    public func answer(echoing numbers: [Int] = [2, 3, 4, 7, 11, 12, 13, 32, 37, 41, 42, 49, 70]) -> Message? {
        guard let response = type.response else { return nil }
        var answer = Message(response, specification: specification)
        // What was checked on its way in fits the same table on its way out.
        for number in numbers { try? answer.set(number, self[number]) }
        return answer
    }
}

extension FieldKey where Value == UInt64 {
    /// Digits of a fixed count, zeros in front.
    static func number(_ field: Int, digits count: Int, in range: ClosedRange<UInt64>) -> FieldKey {
        FieldKey(number: field) { bytes in
            let value = bytes.reduce(UInt64(0)) { $0 &* 10 &+ UInt64($1 &- 0x30) }
            return range.contains(value) ? value : nil
        } write: { value in
            range.contains(value) ? digits(Int(value), count: count) : nil
        }
    }

    /// In minor units of the currency of field 49, at most twelve digits.
    public static var amount: FieldKey { number(4, digits: 12, in: 0...999_999_999_999) }
    /// The sender's number of this message; the same in its answer and its reversal.
    public static var traceNumber: FieldKey { number(11, digits: 6, in: 1...999_999) }
    /// Of network management: 001 sign on, 002 sign off, 301 echo.
    public static var networkCode: FieldKey { number(70, digits: 3, in: 0...999) }
}

extension FieldKey where Value == String {
    /// Text; where the field's length is fixed, filled with blanks behind, which reading takes off again.
    static func text(_ field: Int, width: Int? = nil) -> FieldKey {
        FieldKey(number: field) { bytes in
            var bytes = bytes[...]
            if width != nil { while bytes.last == 0x20 { bytes.removeLast() } }
            return String(validating: bytes, as: UTF8.self)
        } write: { text in
            let bytes = Array(text.utf8)
            return bytes + [UInt8](repeating: 0x20, count: max((width ?? 0) - bytes.count, 0))
        }
    }

    /// Six digits: what is done, from which account, to which.
    public static var processingCode: FieldKey { text(3) }
    /// Three digits: how the account was read, and whether a PIN can be entered.
    public static var entryMode: FieldKey { text(22) }
    public static var conditionCode: FieldKey { text(25) }
    public static var acquirer: FieldKey { text(32) }
    /// Twelve characters; the same in a request, its answer and its reversal.
    public static var retrievalReference: FieldKey { text(37, width: 12) }
    public static var approvalCode: FieldKey { text(38, width: 6) }
    public static var terminal: FieldKey { text(41, width: 8) }
    public static var merchant: FieldKey { text(42, width: 15) }
    public static var merchantName: FieldKey { text(43, width: 40) }
    /// ISO 4217, three digits.
    public static var currency: FieldKey { text(49) }
    public static var securityControl: FieldKey { text(53) }
    public static var additionalData: FieldKey { text(60) }
}

extension FieldKey where Value == [UInt8] {
    static func bytes(_ field: Int) -> FieldKey { FieldKey(number: field, read: { $0 }, write: { $0 }) }

    /// The account number, ASCII digits: whoever takes it out wipes it.
    public static var account: FieldKey { bytes(2) }
    public static var track2: FieldKey { bytes(35) }
    /// 8 bytes. A format 4 block does not fit: see `pinData`.
    public static var pinBlock: FieldKey { bytes(52) }
    public static var authenticationCode: FieldKey { bytes(64) }
}
