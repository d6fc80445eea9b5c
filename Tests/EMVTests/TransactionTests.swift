import EMV
import Testing

@Suite struct Transactions {
    @Test func `only what a card can be told`() {
        func exists(
            amount: UInt64 = 1, currency: UInt16 = 978, year: UInt8 = 26, month: UInt8 = 1, day: UInt8 = 1,
            random: Int = 4
        ) -> Bool {
            CardTransaction(
                amount: amount, currency: currency, year: year, month: month, day: day,
                unpredictable: [UInt8](repeating: 0, count: random)) != nil
        }
        #expect(exists() && exists(amount: 0) && exists(amount: 999_999_999_999) && exists(month: 12, day: 31))
        #expect(!exists(amount: 1_000_000_000_000) && !exists(currency: 1000) && !exists(year: 100))
        #expect(!exists(month: 0) && !exists(month: 13) && !exists(day: 0) && !exists(day: 32) && !exists(random: 3))
    }

    /// A card asks for one value at a time, longer than it is.
    @Test(arguments: [
        ("9F02", 7, "00000000002490"), ("9F03", 2, "0000"), ("81", 4, "000009BA"), ("9F1A", 3, "000276"),
        ("5F2A", 1, "78"), ("9A", 3, "261123"), ("9C", 2, "0020"), ("9F35", 1, "21"), ("9F33", 4, "20400000"),
        ("9F40", 5, "6000B01001"), ("9F66", 2, "2480"), ("9F15", 2, "5411"), ("9F4E", 5, "436166" + "3F20"),
        ("9F37", 5, "DEADBEEF00"), ("95", 5, "0000000000"), ("9F6E", 4, "D8E00000"), ("9F1E", 3, "000000"),
    ])
    func `what a card asks for it is told`(tag: String, length: Int, value: String) throws {
        var profile = TerminalProfile.test
        profile.transactionType = 0x20
        profile.merchantCategory = 5411
        profile.others[0x9F6E] = TerminalValue([0xD8, 0xE0, 0x00, 0x00])
        let session = try ScriptedCard(list: try hex(tag) + [UInt8(length)]).read(profile)
        let command = try #require(session.commands.first { $0[1] == 0xA8 })
        #expect(digits(command) == digits([0x80, 0xA8, 0, 0, UInt8(length + 2), 0x83, UInt8(length)]) + value + "00")
    }
}
