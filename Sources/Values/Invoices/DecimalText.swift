/// Numbers as merchants' codes write them.
enum DecimalText {
    /// `24.9` with two digits is 2490. `24.` is allowed (EMV QR MPM, Transaction Amount), `.5` and a sign are not; nil
    /// on overflow and for more digits behind the point than `digits`.
    static func units(_ text: String, digits: Int) -> UInt64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= digits else { return nil }
        return Self.digits(whole + fraction + String(repeating: "0", count: digits - fraction.utf8.count))
    }

    /// ASCII digits, at least one; nil for anything else and on overflow.
    static func digits(_ text: some StringProtocol) -> UInt64? {
        guard !text.utf8.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(text)
    }
}
