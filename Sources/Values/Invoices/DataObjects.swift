internal import Wire

/// The data objects of one template (EMV QR MPM): two digits that name it, two digits of length in characters,
/// value. Characters are Unicode scalars, as the specification's own example counts them (最佳运输 has length 04).
struct DataObjects {
    /// The template's own name, empty for the code itself.
    let template: String
    private(set) var values: [Int: String] = [:]
    /// In the order of the code.
    private(set) var order: [Int] = []

    init(_ text: Substring.UnicodeScalarView, template: String) throws(CodeError) {
        self.template = template
        var rest = text
        while !rest.isEmpty {
            guard let number = Self.number(&rest), let length = Self.number(&rest), length > 0, rest.count >= length
            else { throw .malformed(template: template) }
            let value = String(rest.prefix(length))
            rest = rest.dropFirst(length)
            guard values.updateValue(value, forKey: number) == nil else { throw .repeated(object: name(number)) }
            order.append(number)
        }
    }

    /// Two ASCII digits.
    private static func number(_ rest: inout Substring.UnicodeScalarView) -> Int? {
        var result = 0
        for _ in 0..<2 {
            guard let digit = rest.popFirst(), ("0"..."9").contains(digit) else { return nil }
            result = result * 10 + Int(digit.value - 0x30)
        }
        return result
    }

    /// What an error calls this object.
    func name(_ number: Int) -> String {
        let digits = number < 10 ? "0\(number)" : "\(number)"
        return template.isEmpty ? digits : "\(template)-\(digits)"
    }

    /// Text fit for the trusted screen: nothing in it that moves or hides what stands beside it.
    func text(_ number: Int, characters: ClosedRange<Int>, bytes limit: Int) throws(CodeError) -> String? {
        guard let value = values[number] else { return nil }
        guard characters.contains(value.unicodeScalars.count), WireText.isClean(value, bytes: 1...limit) else {
            throw .badValue(object: name(number))
        }
        return value
    }

    func required(_ number: Int, characters: ClosedRange<Int>, bytes limit: Int = 256) throws(CodeError) -> String {
        guard let value = try text(number, characters: characters, bytes: limit) else {
            throw .missing(object: name(number))
        }
        return value
    }

    /// The template that this object is; nil when it is not there.
    func template(_ number: Int) throws(CodeError) -> DataObjects? {
        guard let value = values[number] else { return nil }
        return try DataObjects(Substring(value).unicodeScalars, template: name(number))
    }
}
