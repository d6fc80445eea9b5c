internal import Secrets

/// Tag 57: what a magnetic stripe would have on track 2 (ISO/IEC 7813), four bits a character: account number, D,
/// expiry as YYMM, service code, the issuer's digits, and F to fill the last byte (EMV Book 3, Annex A).
struct Track2: Equatable, Sendable {
    /// Digits of the account number.
    let digits: Int
    let expiry: CardExpiry

    /// Refused: more than 19 bytes, other than 8 to 19 digits before the D, no date after it, anything but digits up to
    /// the filling. More filling than a byte needs is taken: it says nothing. A missing service code is the host's
    /// affair.
    init(_ bytes: RawSpan, _ range: Range<Int>) throws(CardFormatError) {
        guard range.count <= CardLimits.track2Bytes else { throw .badValue(.track2) }
        let start = range.lowerBound
        var end = range.count * 2
        while end > 0, bytes.nibble(end - 1, from: start) == 0xF { end -= 1 }
        var digits = 0
        while digits < end, bytes.nibble(digits, from: start) <= 9 { digits += 1 }
        guard CardLimits.accountDigits.contains(digits), end >= digits + 5,
            bytes.nibble(digits, from: start) == 0xD
        else { throw .badValue(.track2) }
        for index in (digits + 1)..<end {
            guard bytes.nibble(index, from: start) <= 9 else { throw .badValue(.track2) }
        }
        func pair(_ index: Int) -> UInt8 {
            bytes.nibble(index, from: start) * 10 + bytes.nibble(index + 1, from: start)
        }
        guard let expiry = CardExpiry(year: pair(digits + 1), month: pair(digits + 3)) else { throw .badValue(.track2) }
        self.digits = digits
        self.expiry = expiry
    }

    /// The account number in ASCII, out of the value that this was read from.
    func accountNumber(in bytes: RawSpan, _ range: Range<Int>) -> SecretBytes {
        var number = SecretBytes(count: digits)
        for index in 0..<digits { number.setOctet(index, 0x30 + bytes.nibble(index, from: range.lowerBound)) }
        return number
    }
}
