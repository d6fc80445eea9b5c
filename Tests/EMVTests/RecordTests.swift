import EMV
import Testing

@Suite struct Records {
    @Test func `published records are taken or refused as published`() throws {
        let rows = try Fixture.parts("records.txt", 4)
        #expect(rows.count == 8)
        for row in rows {
            let records = try row[2].split(separator: " ").map { try hex($0) }
            let card = ScriptedCard(locator: try hex(row[1]))
            var asked = 0
            let session = Session(transaction: try .test()) { command, _ in
                guard command[1] == 0xB2 else { return card.answer(command) }
                asked += 1
                return asked <= records.count ? records[asked - 1] + [0x90, 0x00] : [0x6A, 0x83]
            }
            let words = row[3].split(separator: " ").map(String.init)
            if words[0] == "taken" {
                let account = try #require(session.outcome.account, "\(row[0])")
                #expect([account.pan, account.expiry, "\(account.sequence ?? 99)"] == Array(words[1...]))
                #expect(asked == records.count)
            } else {
                let number = try #require(Int(words[1]))
                #expect(session.outcome == .failed(.malformed(at: 3 + number)), "\(row[0])")
            }
        }
    }

    @Test(arguments: [
        ("", ["0"]), ("08010100", ["1.1"]), ("08010300 10020200", ["1.1", "1.2", "1.3", "2.2"]),
        ("50FEFF02", ["10.254", "10.255"]),
        // Files 11 to 30 are not for this.
        ("58010101", ["0"]), ("F0010100 08010100", ["1.1"]),
    ])
    func `file locators name records`(text: String, expected: [String]) throws {
        let locator = try FileLocator(decoding: try hex(text))
        #expect(locator.records.map { "\($0.file).\($0.number)" } == expected.filter { $0 != "0" })
    }

    @Test(arguments: [
        "080101", "0801010000", "00010100", "F8010100", "09010100", "08000100", "08020100", "08010102", "08010000",
        "0801FF00FF",
    ])
    func `file locators that name nothing are refused`(text: String) throws {
        #expect(throws: CardFormatError.badValue(0x94)) { try FileLocator(decoding: try hex(text)) }
    }

    @Test func `thirty-two records and no more`() throws {
        #expect(try FileLocator(decoding: [0x08, 0x01, 0x20, 0x00]).records.count == 32)
        for text in ["08012100", "0801FF00", "08012000 10010100"] {
            #expect(throws: CardFormatError.tooMany) { try FileLocator(decoding: try hex(text)) }
        }
        #expect(try ScriptedCard(locator: [0x08, 0x01, 0x21, 0x00]).read().outcome == .failed(.overLimit))
    }

    /// A record's objects in place of the good ones, and what becomes of them.
    static let rows: [(objects: String, outcome: String)] = [
        // One of the two is enough; without a date there is nothing.
        ("5A08 4000001234567899 5F2403 301231", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("5711 4000001234567899D30122010000000000", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("5A08 4000001234567899", "failed noExpiry"), ("5F2403 301231", "failed noAccount"), ("", "failed noAccount"),
        ("5A00 5700 5F2400", "failed noAccount"),
        // 5F24 goes before the date of track 2.
        ("5711 4000001234567899D30122010000000000 5F2403 310131", "read 4000001234567899 3101 - A0000000031010 TEST"),
        // Two numbers.
        ("5711 4000001234567899D30122010000000000 5A08 4111111111111111", "failed contradictory"),
        ("5711 4000001234567899D30122010000000000 5A0A 40000012345678990FFF", "failed contradictory"),
        (
            "5711 4000001234567899D30122010000000000 5A0A 4000001234567899FFFF",
            "read 4000001234567899 3012 - A0000000031010 TEST"
        ),
        // Account numbers of 8 to 19 digits.
        ("5A04 40000012 5F2403 301231", "read 40000012 3012 - A0000000031010 TEST"),
        ("5A0A 4000001234567899123F 5F2403 301231", "read 4000001234567899123 3012 - A0000000031010 TEST"),
        ("5A04 4000001F 5F2403 301231", "malformed"), ("5A0A 40000012345678991234 5F2403 301231", "malformed"),
        ("5A0B 4000001234567899FFFFFF 5F2403 301231", "malformed"),
        ("5A08 40000012345678F9 5F2403 301231", "malformed"),
        ("5A08 400000123456789A 5F2403 301231", "malformed"), ("5A08 FFFFFFFFFFFFFFFF 5F2403 301231", "malformed"),
        // Track 2: a D, a date, digits.
        ("570B 4000001234567899D3012F", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("570C 4000001234567899D3012FFF", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("570A 4000001234567899D301", "malformed"), ("570B 4000001234567899D3013F", "malformed"),
        ("570B 4000001234567899D3000F", "malformed"), ("5708 4000001234567899", "malformed"),
        ("5711 4000001234567899=30122010000000000", "malformed"),
        ("5711 4000001234567899E30122010000000000", "malformed"),
        ("5711 4000001234567899D3012201000D000000", "malformed"), ("5708 4000000D30122010", "malformed"),
        ("5714 4000001234567899D30122010000000000000000", "malformed"), ("5701 FF", "malformed"),
        // Dates and sequence numbers.
        ("5A08 4000001234567899 5F2402 3012", "malformed"), ("5A08 4000001234567899 5F2403 301331", "malformed"),
        ("5A08 4000001234567899 5F2403 300031", "malformed"), ("5A08 4000001234567899 5F2403 3A1231", "malformed"),
        ("5A08 4000001234567899 5F2403 301231 5F3401 42", "read 4000001234567899 3012 42 A0000000031010 TEST"),
        ("5A08 4000001234567899 5F2403 301231 5F3401 0A", "malformed"),
        ("5A08 4000001234567899 5F2403 301231 5F3402 0001", "malformed"),
        // An object twice: the same value, another value, an empty one, one that nobody reads.
        ("5A08 4000001234567899 5A08 4000001234567899 5F2403 301231", "malformed"),
        ("5A08 4000001234567899 5A08 4111111111111111 5F2403 301231", "malformed"),
        ("5A00 5A08 4000001234567899 5F2403 301231", "malformed"),
        ("5A08 4000001234567899 5F2403 301231 9F0702 FF00 9F0702 FF00", "malformed"),
        // Templates in records are the record's; templates may repeat, their objects may not.
        ("7307 5F3401 07 9A0105", "failed noAccount"),
        ("730A 5A08 4000001234567899 7306 5F2403 301231", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("5A08 4000001234567899 7306 5F2403 301231 5F2403 301231", "malformed"),
        // Padding within, and objects that do not end.
        ("00 5A08 4000001234567899 FF00 5F2403 301231 00", "read 4000001234567899 3012 - A0000000031010 TEST"),
        ("5A08 4000001234567899 5F2404 301231", "malformed"),
    ]

    @Test func `what a record may say`() throws {
        for row in Self.rows {
            // A "=" stands for half a byte that a card cannot send.
            guard let objects = try? hex(row.objects.replacing("=", with: "C")) else {
                Issue.record("\(row.objects)")
                continue
            }
            let session = try ScriptedCard(records: [tlv(0x70, objects)]).read()
            let expected = row.outcome == "malformed" ? "\(Outcome.failed(.malformed(at: 4)))" : row.outcome
            let failures: [String: CardFault] = [
                "failed noAccount": .noAccount, "failed noExpiry": .noExpiry, "failed contradictory": .contradictory,
            ]
            let text = failures[expected].map { "\(Outcome.failed($0))" } ?? expected
            #expect("\(session.outcome)" == text, "\(row.objects)")
        }
    }

    @Test func `check digits are reported, short numbers are hidden`() throws {
        func account(_ pan: String) throws -> Outcome.Account {
            let padded = pan + String(repeating: "F", count: 20 - pan.count)
            let record = tlv(0x70, tlv(0x5A, try hex(padded)) + ScriptedCard.expiry)
            return try #require(try ScriptedCard(records: [record]).read().outcome.account)
        }
        for (pan, isValid, masked) in [
            ("4111111111111111", true, "411111******1111"), ("5413330089604111", true, "541333******4111"),
            ("4000001234567899", true, "400000******7899"), ("4111111111111112", false, "411111******1112"),
            ("374245455400126", true, "374245*****0126"), ("4000001234567899123", false, "400000*********9123"),
            ("4222222222222", true, "422222***2222"), ("400000123456", false, "********3456"),
            ("40000012", false, "****0012"),
        ] {
            let account = try account(pan)
            #expect(account.pan == pan && account.masked == masked)
            #expect(account.hasValidCheckDigit == isValid, "\(masked)")
        }
    }
}
