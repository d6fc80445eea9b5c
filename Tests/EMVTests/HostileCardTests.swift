import EMV
import Testing

/// Cards that do what no card should. Each reading ends with a fault that has a name, within the limits.
@Suite struct `Hostile cards` {
    @Test func `an answer that always has more to come`() throws {
        let endless = Session(transaction: try .test()) { _, _ in [0x61, 0x00] }
        #expect(endless.outcome == .failed(.overLimit) && endless.commands.count == CardLimits.commands)
        #expect(endless.commands.dropFirst().allSatisfy { $0 == [0x00, 0xC0, 0x00, 0x00, 0x00] })
        let part = [UInt8](repeating: 0x6F, count: 256) + [0x61, 0xFF]
        #expect(Session(transaction: try .test()) { _, _ in part }.outcome == .failed(.overLimit))
    }

    @Test func `a length that is corrected for ever`() throws {
        let session = Session(transaction: try .test()) { _, _ in [0x6C, 0x10] }
        #expect(session.outcome == .failed(.malformed(at: 2)))
        #expect(session.commands[1].last == 0x10)
        let both = Session(transaction: try .test()) { command, _ in command[1] == 0xC0 ? [0x6C, 0x20] : [0x61, 0x10] }
        #expect(both.outcome == .failed(.malformed(at: 3)))
        #expect(Session(transaction: try .test()) { _, _ in [0x01, 0x6C, 0x10] }.outcome == .failed(.malformed(at: 1)))
    }

    @Test(arguments: [[], [0x90], [0x00]] as [[UInt8]])
    func `answers without a status word`(answer: [UInt8]) throws {
        #expect(Session(transaction: try .test()) { _, _ in answer }.outcome == .failed(.malformed(at: 1)))
        let later = ScriptedCard()
        for place in 1...4 {
            let session = Session(transaction: try .test()) { command, number in
                number == place ? answer : later.answer(command)
            }
            #expect(session.outcome == .failed(.malformed(at: place)))
        }
    }

    @Test func `a status and no data`() throws {
        let session = Session(transaction: try .test()) { _, _ in [0x90, 0x00] }
        #expect(session.outcome == .failed(.malformed(at: 1)))
        for place in 1...4 {
            let card = ScriptedCard()
            let session = Session(transaction: try .test()) { command, number in
                number == place ? [0x90, 0x00] : card.answer(command)
            }
            #expect(session.outcome == .failed(.malformed(at: place)))
        }
    }

    @Test func `records of sixty-four thousand bytes`() throws {
        func read(_ record: [UInt8]) throws -> Outcome { try ScriptedCard(records: [record]).read().outcome }
        // Directory, application and options have taken some of it.
        #expect(try read(tlv(0x70, tlv(0x9F01, [UInt8](repeating: 1, count: 65_528)))) == .failed(.overLimit))
        #expect(try read([UInt8](repeating: 0x70, count: 65_537)) == .failed(.overLimit))
        #expect(try read([UInt8](repeating: 0x70, count: 1 << 20)) == .failed(.overLimit))
        let large = tlv(
            0x70, ScriptedCard.account + ScriptedCard.expiry + tlv(0x9F01, [UInt8](repeating: 1, count: 65_000)))
        #expect(try read(large) == .read(try #require(try ScriptedCard(records: [large]).read().outcome.account)))
        // Two of thirty-three thousand.
        let half = tlv(0x70, tlv(0x9F02, [UInt8](repeating: 1, count: 33_000)))
        #expect(try ScriptedCard(records: [half, half]).read().outcome == .failed(.overLimit))
        // Thousands of data objects, all alike or all different.
        let alike = [[UInt8]](repeating: [0xDF, 0x01, 0x00], count: 16_000).flatMap { $0 }
        #expect(try read(tlv(0x70, alike)) == .failed(.malformed(at: 4)))
        var different: [UInt8] = []
        for number in 0..<1100 { different += [0xDF, UInt8(0x81 + number / 128), UInt8(number % 128), 0x00] }
        #expect(try read(tlv(0x70, different)) == .failed(.overLimit))
    }

    @Test func `lists that ask for more than a command carries`() throws {
        func sent(_ list: [UInt8]) throws -> (Outcome, [UInt8]?) {
            let session = try ScriptedCard(list: list).read()
            return (session.outcome, session.commands.first { $0[1] == 0xA8 })
        }
        let nonsense = try sent([0xDF, 0x01, 0xFF])
        #expect(nonsense.0 == .failed(.overLimit) && nonsense.1 == nil)
        let tooMuch = try sent((0..<20).flatMap { [0xDF, UInt8($0 + 1), 0xFF] })
        #expect(tooMuch.0 == .failed(.overLimit) && tooMuch.1 == nil)
        let most = try sent([0xDF, 0x01, 252])
        #expect(most.0.account != nil)
        #expect(most.1 == [0x80, 0xA8, 0, 0, 255, 0x83, 0x81, 252] + [UInt8](repeating: 0, count: 252) + [0])
        // What a terminal has no business to tell: account number, track 2, expiry.
        let curious = try sent([0x5A, 0x0A, 0x57, 0x13, 0x5F, 0x24, 0x03])
        #expect(curious.1 == [0x80, 0xA8, 0, 0, 34, 0x83, 32] + [UInt8](repeating: 0, count: 32) + [0])
        for broken in [[0x9F], [0x9F, 0x37], [0x9A], [0x00, 0x01], [0x9F, 0x81, 0x82, 0x01]] as [[UInt8]] {
            #expect(try sent(broken).0 == .failed(.malformed(at: 2)))
        }
    }

    @Test(arguments: ["00010100", "F8010100", "FF010100", "08000000", "08020100", "080101", "080101FF", "0C010100"])
    func `file locators that point nowhere`(locator: String) throws {
        #expect(try ScriptedCard(locator: try hex(locator)).read().outcome == .failed(.malformed(at: 3)))
    }

    @Test func `processing options of neither format`() throws {
        for (options, fault) in [
            ("7000", CardFault.malformed(at: 3)), ("80015C", .malformed(at: 3)), ("8000", .malformed(at: 3)),
            ("80025C00", .noAccount), ("7700", .noAccount), ("7703820120", .noAccount), ("770294", .malformed(at: 3)),
            ("8003 5C0008", .malformed(at: 3)), ("8006 5C00 080101009000", .malformed(at: 3)),
            ("770C 9404 08010100 9404 08010100", .malformed(at: 3)), ("770A 940408010100 5A0240", .malformed(at: 3)),
        ] {
            var card = ScriptedCard()
            card.options = try hex(options)
            #expect(try card.read().outcome == .failed(fault), "\(options)")
        }
    }

    @Test func `directories without end`() throws {
        var card = ScriptedCard()
        // The same application again and again is one application.
        card.directory = ScriptedCard.directory([[UInt8]](repeating: ScriptedCard.visa, count: 200))
        #expect(try card.read().outcome.account?.pan == ScriptedCard.pan)
        card.directory = ScriptedCard.directory((0..<8).map { ScriptedCard.visa + [UInt8($0)] })
        #expect(try card.read().outcome == .failed(.refused(status: 0x6A82)))
        card.directory = ScriptedCard.directory((0..<9).map { ScriptedCard.visa + [UInt8($0)] })
        #expect(try card.read().outcome == .failed(.overLimit))
        // Others than those that are accepted do not count.
        card.directory = ScriptedCard.directory((0..<99).map { [0xA0, 9, 9, 9, 9, $0] } + [ScriptedCard.visa])
        #expect(try card.read().outcome.account?.pan == ScriptedCard.pan)
        card.directory = tlv(0x6F, tlv(0x84, Array("1PAY.SYS.DDF01".utf8)) + tlv(0xA5, []))
        #expect(try card.read().outcome == .failed(.malformed(at: 1)))
    }

    @Test func `a next application without end`() throws {
        // The same name for ever: the card goes round.
        let round = Session(transaction: try .test()) { command, number in
            guard number > 1 else { return [0x6A, 0x82] }
            return ScriptedCard.application(ScriptedCard.visa + [1]) + [0x90, 0x00]
        }
        #expect(round.commands.count < 20)
        #expect(round.outcome == .failed(.malformed(at: round.commands.count)))
        // Always another name.
        let other = Session(transaction: try .test()) { command, number in
            guard number > 1, command[1] == 0xA4 else { return [0x6A, 0x82] }
            return ScriptedCard.application(Array(command[5..<12]) + [UInt8(number)]) + [0x90, 0x00]
        }
        #expect(other.outcome == .failed(.overLimit) && other.commands.count < 12)
    }

    @Test func `names of no length or of too much`() throws {
        for name in [[], [0xA0], [UInt8](repeating: 0xA0, count: 17)] as [[UInt8]] {
            var card = ScriptedCard()
            card.application = ScriptedCard.application(name)
            #expect(try card.read().outcome == .failed(.malformed(at: 2)))
            card = ScriptedCard()
            card.directory = ScriptedCard.directory([name])
            #expect(try card.read().outcome == .failed(.noApplication))
        }
        var profile = TerminalProfile.test
        profile.applications = [[], [0xA0], [UInt8](repeating: 0xA0, count: 300)]
        let session = Session(profile, transaction: try .test()) { _, _ in [0x6A, 0x82] }
        #expect(session.outcome == .failed(.noApplication) && session.commands.count == 1)
    }

    @Test func `a card that refuses everything`() throws {
        for status in [0x6283, 0x6300, 0x6700, 0x6982, 0x6A82, 0x6A86, 0x6D00, 0x6E00, 0x6F00, 0x9100, 0x0000, 0xFFFF] {
            let answer = [UInt8(status >> 8), UInt8(status & 0xFF)]
            let session = Session(transaction: try .test()) { _, _ in answer }
            #expect(session.outcome == .failed(status == 0x6283 ? .refused(status: 0x6283) : .noApplication))
            #expect(session.commands.count == 1 + TerminalProfile.commonApplications.count)
        }
    }

    @Test func `responses that nobody asked for`() throws {
        var reading = CardReading(profile: .test, transaction: try .test())
        #expect(fault(take([0x90, 0x00], &reading)) == .outOfTurn)
        #expect(fault(reading.start()) == .outOfTurn)
        reading = CardReading(profile: .test, transaction: try .test())
        #expect(fault(reading.start()) == nil)
        #expect(fault(reading.start()) == .outOfTurn)
        #expect(fault(take([0x90, 0x00], &reading)) == .outOfTurn)
    }

    private func fault(_ step: consuming CardStep) -> CardFault? {
        switch consume step {
        case .failed(let fault): fault
        case .transmit: nil
        case .done: nil
        }
    }
}
