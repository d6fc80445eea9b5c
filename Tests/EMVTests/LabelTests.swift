import EMV
import Testing

@Suite struct Labels {
    @Test(arguments: [
        // 50, 9F11, 9F12, and what is shown.
        ("56495341", nil, nil, "VISA"), ("56495341", "01", "43524544495420E9", "CREDIT é"),
        ("56495341", "05", "43524544495420E9", "VISA"), ("56495341", nil, "435245444954", "CREDIT"),
        ("56495341", "05", "435245444954", "CREDIT"), ("56495341", nil, "E9", "VISA"),
        ("56495341", "01", "07ADFF", "ÿ"), ("56495341", "01", "0720A0", "VISA"), ("E956E9", nil, nil, "V"),
        ("2056495341202020", nil, nil, "VISA"), ("1B5B324A1B", nil, nil, "[2J"), ("", nil, nil, ""),
        ("4142434445464748494A4B4C4D4E4F505152", nil, nil, "ABCDEFGHIJKLMNOP"),
        ("41424344454647484920202020202020205152", nil, nil, "ABCDEFGHI"), ("56495341", "0101", "E9", "VISA"),
    ])
    func `labels are clean, short and in letters that are known`(
        label: String, table: String?, preferred: String?, shown: String
    ) throws {
        var more: [UInt8] = []
        if let table { more += tlv(0x9F11, try hex(table)) }
        if let preferred { more += tlv(0x9F12, try hex(preferred)) }
        var card = ScriptedCard()
        card.application = ScriptedCard.application(ScriptedCard.visa, label: try hex(label), more: more)
        let account = try #require(try card.read().outcome.account)
        #expect(account.label == shown)
    }

    @Test func `the directory's label stands in`() throws {
        var card = ScriptedCard()
        let entry = tlv(0x61, tlv(0x4F, ScriptedCard.visa) + tlv(0x50, Array("CARTE BLEUE".utf8)))
        card.directory = tlv(
            0x6F, tlv(0x84, Array("2PAY.SYS.DDF01".utf8)) + tlv(0xA5, tlv(0xBF0C, entry)))
        card.application = ScriptedCard.application(ScriptedCard.visa, label: [])
        let account = try #require(try card.read().outcome.account)
        #expect(account.label == "CARTE BLEUE")
    }

    @Test func `faults are sentences without card data`() {
        let faults: [CardFault] = [
            .noApplication, .malformed(at: 3), .overLimit, .refused(status: 0x6283), .refused(status: 0x6A81),
            .refused(status: 0x0A), .noAccount, .noExpiry, .contradictory, .outOfTurn,
        ]
        #expect(faults.allSatisfy { $0.description.hasSuffix(".") && $0.description.count < 60 })
        #expect("\(CardFault.refused(status: 0x6D00))" == "The card refuses to be read (6D00).")
        #expect("\(CardFault.refused(status: 0x0A))" == "The card refuses to be read (000A).")
    }
}
