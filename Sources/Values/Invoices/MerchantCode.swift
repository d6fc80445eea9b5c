internal import Wire

/// The text of a merchant-presented QR code (EMV QR Code Specification for Payment Systems, Merchant-Presented Mode
/// 1.1).
public enum MerchantCode {
    private static let start = "000201"

    /// True for what is meant as one, right or wrong.
    public static func isCode(_ text: String) -> Bool { text.utf8.starts(with: start.utf8) }

    /// Reads foreign bytes, which must be UTF-8.
    public static func invoice(from bytes: [UInt8]) throws(CodeError) -> CodedInvoice {
        guard bytes.count <= InvoiceLimits.codeBytes else {
            throw .tooLong(bytes: bytes.count, limit: InvoiceLimits.codeBytes)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notText }
        return try invoice(from: text)
    }

    /// Reads foreign text: pure, bounded by `InvoiceLimits.codeBytes`.
    public static func invoice(from text: String) throws(CodeError) -> CodedInvoice {
        let count = text.utf8.count
        guard count <= InvoiceLimits.codeBytes else { throw .tooLong(bytes: count, limit: InvoiceLimits.codeBytes) }
        guard isCode(text) else { throw .notMerchantCode }
        try check(text)
        let code = try DataObjects(Substring(text).unicodeScalars, template: "")
        // The format comes first, the checksum last.
        guard code.order.first == 0, code.order.last == 63 else { throw .malformed(template: "") }
        let currency = try currency(code)
        let merchant = try code.required(59, characters: 1...25)
        return CodedInvoice(
            merchant: merchant, account: try account(code), identifier: try identifier(code),
            amount: try amount(code, 54, currency), currency: currency, tip: try tip(code, currency),
            city: try code.required(60, characters: 1...15), country: try country(code), local: try local(code))
    }

    /// CRC-16 over everything up to the checksum's own name and length.
    private static func check(_ text: String) throws(CodeError) {
        let bytes = Array(text.utf8)
        guard bytes.count >= start.utf8.count + 8, bytes.dropLast(4).suffix(4).elementsEqual("6304".utf8) else {
            throw .missing(object: "63")
        }
        let digits = String(decoding: bytes.suffix(4), as: UTF8.self)
        guard digits.utf8.allSatisfy(isHexadecimal), let written = UInt16(digits, radix: 16),
            written == CRC16.value(of: bytes.dropLast(4))
        else { throw .badChecksum }
    }

    private static func isHexadecimal(_ digit: UInt8) -> Bool {
        switch digit {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }

    private static func currency(_ code: DataObjects) throws(CodeError) -> String {
        let digits = try code.required(53, characters: 3...3)
        guard let number = DecimalText.digits(digits) else { throw .badValue(object: "53") }
        guard let letters = CurrencyNumber.letters(Int(number)) else { throw .unknownCurrency }
        return letters
    }

    private static func country(_ code: DataObjects) throws(CodeError) -> String {
        let country = try code.required(58, characters: 2...2)
        guard country.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { throw .badValue(object: "58") }
        return country
    }

    /// Transaction Amount: up to thirteen characters, digits with at most one point, never zero.
    private static func amount(
        _ objects: DataObjects, _ number: Int, _ currency: String
    ) throws(CodeError) -> UInt64? {
        guard let text = try objects.text(number, characters: 1...13, bytes: 13) else { return nil }
        guard let amount = DecimalText.units(text, digits: Currency.minorDigits(of: currency)), amount > 0,
            amount <= WireLimits.amount
        else { throw .badValue(object: objects.name(number)) }
        return amount
    }

    /// Tip or Convenience Indicator: 01 asks, 02 has a fee in 56, 03 a percentage in 57; the other one must not be
    /// there.
    private static func tip(_ code: DataObjects, _ currency: String) throws(CodeError) -> CodedInvoice.Tip? {
        let indicator = try code.text(55, characters: 2...2, bytes: 2)
        let fee = try amount(code, 56, currency)
        let percent = try percentage(code)
        switch (indicator, fee, percent) {
        case (nil, nil, nil): return nil
        case ("01", nil, nil): return .prompt
        case ("02", .some(let fee), nil): return .fixed(fee)
        case ("03", nil, .some(let percent)): return .percent(percent)
        case ("02", nil, nil): throw .missing(object: "56")
        case ("03", nil, nil): throw .missing(object: "57")
        default: throw .badValue(object: "55")
        }
    }

    private static func percentage(_ code: DataObjects) throws(CodeError) -> UInt64? {
        guard let text = try code.text(57, characters: 1...5, bytes: 5) else { return nil }
        guard let hundredths = DecimalText.units(text, digits: 2), (1...9999).contains(hundredths) else {
            throw .badValue(object: "57")
        }
        return hundredths
    }

    /// Merchant Account Information: 02…25 are accounts with a card network, 26…51 templates of whoever names itself in
    /// 00. The lowest counts; what the others say must be well-formed all the same.
    private static func account(_ code: DataObjects) throws(CodeError) -> String {
        var result: String?
        for number in code.order.sorted() where (2...51).contains(number) {
            let account: String
            if number < 26 {
                account = try code.required(number, characters: 1...99)
            } else {
                guard let parts = try code.template(number) else { continue }
                let network = try parts.required(0, characters: 1...32)
                let own = try parts.order.filter { $0 != 0 }.sorted().first.map { (first) throws(CodeError) in
                    try parts.required(first, characters: 1...99)
                }
                account = own.map { "\(network)/\($0)" } ?? network
            }
            // An account cut short would be another one's.
            guard account.utf8.count <= WireLimits.identifierBytes else { throw .badValue(object: code.name(number)) }
            result = result ?? account
        }
        guard let result else { throw .missing(object: "26") }
        return result
    }

    /// Additional Data Field Template: bill number, reference label. `***` asks the payer, and there is nobody to ask
    /// here.
    private static func identifier(_ code: DataObjects) throws(CodeError) -> String {
        guard let additional = try code.template(62) else { return "" }
        for number in [1, 5] {
            guard let value = try additional.text(number, characters: 1...25, bytes: WireLimits.identifierBytes),
                value != "***"
            else { continue }
            return value
        }
        return ""
    }

    /// Merchant Information, Language Template: merchant and city in another language.
    private static func local(_ code: DataObjects) throws(CodeError) -> CodedInvoice.LocalName? {
        guard let names = try code.template(64) else { return nil }
        let language = try names.required(0, characters: 2...2)
        guard language.utf8.count == 2, language.utf8.allSatisfy({ (0x41...0x5A).contains($0 & 0xDF) }) else {
            throw .badValue(object: "64-00")
        }
        return CodedInvoice.LocalName(
            language: language, merchant: try names.required(1, characters: 1...25),
            city: try names.text(2, characters: 1...15, bytes: 64))
    }
}
