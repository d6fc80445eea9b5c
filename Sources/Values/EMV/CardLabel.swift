/// An application's name for people, from a card that may send anything.
enum CardLabel {
    /// The preferred name (9F12) if it is ISO 8859-1 by its code table (9F11 = 1) or plain ASCII anyhow, else the label
    /// (50), else the directory's. Other code tables are not carried: a name in wrong letters is worse than the plain
    /// one.
    static func best(preferred: [UInt8]?, codeTable: [UInt8]?, plain label: [UInt8]?, fallback: String) -> String {
        if let preferred, codeTable == [0x01] || preferred.allSatisfy({ $0 < 0x80 }) {
            let text = clean(preferred, isLatin1: true)
            if !text.isEmpty { return text }
        }
        let text = plain(label ?? [])
        return text.isEmpty ? fallback : text
    }

    /// The characters of ISO/IEC 8859's common set, which is ASCII's.
    static func plain(_ bytes: [UInt8]) -> String { clean(bytes, isLatin1: false) }

    /// At most 16 characters, no spaces at the ends. Control characters, the soft hyphen and what the set does not have
    /// are left out; a hard space is a space.
    private static func clean(_ bytes: [UInt8], isLatin1: Bool) -> String {
        let characters = bytes.compactMap { byte -> UInt8? in
            switch byte {
            case 0x20...0x7E: byte
            case 0xA0: isLatin1 ? 0x20 : nil
            case 0xA1...0xAC, 0xAE...0xFF: isLatin1 ? byte : nil
            default: nil
            }
        }
        let trimmed = characters.drop { $0 == 0x20 }.prefix(CardLimits.labelCharacters).reversed().drop { $0 == 0x20 }
        var text = ""
        for character in trimmed.reversed() { text.unicodeScalars.append(Unicode.Scalar(character)) }
        return text
    }
}
