public import ISO8583
public import Secrets

/// The account that pays.
public struct PaymentAccount: ~Copyable, Sendable {
    /// ASCII, 8 to 19.
    let digits: SecretBytes
    let expiry: Expiry?
    /// Field 35 as it is sent: digits and `=`.
    let track2: SecretBytes?
    /// First six and last four digits; of a shorter account than 11 digits the last four only.
    public let masked: String

    /// `digits` are ASCII.
    public init(digits: consuming SecretBytes, expiry: Expiry?) throws(OrderError) {
        try self.init(digits: digits, expiry: expiry, track2: nil)
    }

    /// A card's Track 2 equivalent data as tag 57 holds it (EMV Book 3, Annex A): two digits a byte, `D` between
    /// account and expiry (YYMM), an `F` at the end where the count is odd.
    public init(track2Equivalent bytes: borrowing SecretBytes) throws(OrderError) {
        guard (1...OrderLimits.track2Bytes).contains(bytes.count) else { throw .badTrack2 }
        var characters = bytes.copied().flatMap { [$0 >> 4, $0 & 15] }
        defer { wipe(&characters) }
        if characters.last == 15 { characters.removeLast() }
        guard let separator = characters.firstIndex(of: 13), characters.count - separator > 4,
            characters.enumerated().allSatisfy({ $1 < 10 || $0 == separator })
        else { throw .badTrack2 }
        let date = characters[(separator + 1)...(separator + 4)].map(Int.init)
        guard let expiry = Expiry(year: date[0] * 10 + date[1], month: date[2] * 10 + date[3]) else { throw .badTrack2 }
        for index in characters.indices {
            characters[index] = index == separator ? UInt8(ascii: "=") : 0x30 + characters[index]
        }
        try self.init(
            digits: SecretBytes(copying: Array(characters[..<separator])), expiry: expiry,
            track2: SecretBytes(copying: characters))
    }

    private init(
        digits: consuming SecretBytes, expiry: Expiry?, track2: consuming SecretBytes?
    ) throws(OrderError) {
        var copy = digits.copied()
        defer { wipe(&copy) }
        guard OrderLimits.accountDigits.contains(copy.count), copy.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badAccount
        }
        let first = copy.count > 10 ? String(decoding: copy.prefix(6), as: UTF8.self) : ""
        masked = first + "…" + String(decoding: copy.suffix(4), as: UTF8.self)
        self.digits = digits
        self.expiry = expiry
        self.track2 = track2
    }
}
