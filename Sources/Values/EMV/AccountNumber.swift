internal import Secrets

/// Tag 5A: an account number in `cn`, digits to the left and F to the right (EMV Book 3 §4.3 and Annex A).
enum AccountNumber {
    /// The digits in ASCII. Refused: more than ten bytes, other than 8 to 19 digits, anything but F after them.
    static func read(_ bytes: RawSpan, _ range: Range<Int>) throws(CardFormatError) -> SecretBytes {
        guard range.count <= CardLimits.accountBytes else { throw .badValue(.accountNumber) }
        let nibbles = range.count * 2
        var digits = 0
        while digits < nibbles, bytes.nibble(digits, from: range.lowerBound) <= 9 { digits += 1 }
        guard CardLimits.accountDigits.contains(digits) else { throw .badValue(.accountNumber) }
        for index in digits..<nibbles {
            guard bytes.nibble(index, from: range.lowerBound) == 0xF else { throw .badValue(.accountNumber) }
        }
        var number = SecretBytes(count: digits)
        for index in 0..<digits { number.setOctet(index, 0x30 + bytes.nibble(index, from: range.lowerBound)) }
        return number
    }

    /// The last digit is the check digit of the others (ISO/IEC 7812-1, Annex B: the "Luhn" formula).
    static func hasValidCheckDigit(_ number: borrowing SecretBytes) -> Bool {
        var sum = 0
        for index in 0..<number.count {
            let digit = Int(number.octet(number.count - 1 - index) - 0x30)
            sum += index % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10
        }
        return sum % 10 == 0
    }

    /// The first six and last four digits, with a star for each between; of fewer than 13 digits only the last four,
    /// since six more would leave next to nothing to guess.
    static func masked(_ number: borrowing SecretBytes) -> String {
        let shown = number.count < 13 ? 0 : 6
        var text = ""
        for index in 0..<number.count {
            let isShown = index < shown || index >= number.count - 4
            text.unicodeScalars.append(isShown ? Unicode.Scalar(number.octet(index)) : "*")
        }
        return text
    }
}
