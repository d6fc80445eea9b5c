/// What people compare to see that two machines speak of the same enrolment.
public enum Fingerprint {
    private static let context = "vitrine fingerprint 1"
    /// Crockford's base 32: no I, L, O, U.
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    /// Characters, five bits each. Whoever stands between the two sides can choose a request for one and an authority for
    /// the other: finding two that agree takes two to the power of half the bits.
    private static let count = 28

    /// 140 bits over the request, the authority's certificate (DER) and the operator's public key (65 bytes):
    /// `ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345`.
    public static func short(request: [UInt8], authority: [UInt8], operator: [UInt8], sha256: Hash) -> String {
        let digest = sha256(Array(context.utf8) + sha256(request) + sha256(authority) + sha256(`operator`))
        var text = ""
        for index in 0..<count {
            if index > 0, index % 4 == 0 { text.append("-") }
            let bit = index * 5
            let pair = UInt16(digest[bit / 8]) << 8 | UInt16(digest[bit / 8 + 1])
            text.append(digits[Int(pair >> UInt16(11 - bit % 8)) & 31])
        }
        return text
    }

    /// True when both say the same: whatever the case, with or without dashes, O for 0, I and L for 1.
    public static func same(_ one: String, _ other: String) -> Bool {
        let plain = folded(one)
        return plain.count == count && plain == folded(other)
    }

    private static func folded(_ text: String) -> [Character] {
        text.uppercased().compactMap { character in
            switch character {
            case "-", " ": nil
            case "O": "0"
            case "I", "L": "1"
            default: character
            }
        }
    }
}
