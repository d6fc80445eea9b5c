import EMV
import Testing

@Suite struct `Published cards` {
    @Test func `each is read as its record says, and every record is read once`() throws {
        let traces = try Trace.all()
        #expect(traces.count == 10)
        for trace in traces {
            let session = Session(trace.profile, transaction: try .test()) { command, _ in
                trace.response(to: command) ?? [0x6A, 0x82]
            }
            #expect("\(session.outcome)" == "\(expected(trace))", "\(trace)")
            // All that the card was asked for in the session was asked for, and in that order.
            let sent = session.commands.map(digits).filter { $0.hasPrefix("00B2") || $0.hasPrefix("80A8") }
            let known = trace.exchanges.map(\.command).filter { $0.hasPrefix("00B2") || $0.hasPrefix("80A8") }
            #expect(sent.count == known.count, "\(trace)")
            for (command, pattern) in zip(sent, known) {
                #expect(command == pattern || command.hasPrefix(pattern.dropLast()), "\(trace)")
            }
        }
    }

    private func expected(_ trace: Trace) -> String {
        trace.outcome == "failed noAccount" ? "\(Outcome.failed(.noAccount))" : trace.outcome
    }

    @Test func `track 2 is what the card sent, and masks show ten digits`() throws {
        let traces = try Trace.all()
        let trace = try #require(traces.first { $0.name == "mastercard-contactless" })
        let session = Session(trace.profile, transaction: try .test()) { command, _ in
            trace.response(to: command) ?? [0x6A, 0x82]
        }
        let account = try #require(session.outcome.account)
        #expect(account.track2 == "5413330089600044D14122010123409172")
        #expect(account.masked == "541333******0044")
    }

    @Test func `what a visa card asks for is filled in`() throws {
        let traces = try Trace.all()
        let trace = try #require(traces.first { $0.name == "visa-contactless-no-files" })
        let session = Session(trace.profile, transaction: try .test()) { command, _ in
            trace.response(to: command) ?? [0x6A, 0x82]
        }
        // Qualifiers, amount, other amount, country, results, currency, date, type, unpredictable number.
        #expect(
            digits(try #require(session.commands.last))
                == "80A80000238321" + "24804000" + "000000002490" + "000000000000" + "0276" + "0000000000" + "0978"
                + "261123" + "00" + "DEADBEEF" + "00")
    }

    @Test func `an answer in parts and a corrected length make no difference`() throws {
        let traces = try Trace.all()
        for trace in traces {
            var left: [UInt8] = []
            let session = Session(trace.profile, transaction: try .test()) { command, number in
                if command[1] == 0xC0 { return next(&left) }
                // Every other command gets its length corrected first.
                if number % 2 == 0, command.last == 0 { return [0x6C, 0x40] }
                let known = trace.response(to: command) ?? trace.response(to: command.dropLast() + [0])
                guard let known, known.count > 2, trace.exchanges.count < 10 else { return known ?? [0x6A, 0x82] }
                left = known
                return next(&left)
            }
            #expect("\(session.outcome)" == expected(trace), "\(trace)")
        }
    }

    /// At most 40 bytes of what is left, with its status word at the end of the last part.
    private func next(_ left: inout [UInt8]) -> [UInt8] {
        guard left.count > 42 else { return left }
        defer { left.removeFirst(40) }
        return left.prefix(40) + [0x61, UInt8(min(left.count - 42, 40))]
    }
}

@Suite struct `Choosing an application` {
    @Test func `published directories are tried in the published order`() throws {
        let lines = try Fixture.lines("selection.txt")
        #expect(lines.count == 11)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let directory = try hex(words[1])
            let session = Session(transaction: try .test()) { _, number in
                number == 1 ? directory + [0x90, 0x00] : [0x6A, 0x82]
            }
            let asked = session.commands.dropFirst().map { digits(Array($0[5..<(5 + Int($0[4]))])) }
            #expect(asked == (words[2] == "none" ? [] : Array(words[2...])), "\(words[0])")
            #expect(
                session.outcome == .failed(words[2] == "none" ? .noApplication : .refused(status: 0x6A82)),
                "\(words[0])")
        }
    }

    /// github.com/openemv/emv-utils, tests/emv_build_candidate_list_test.c, test_aid_multi_partial_match_app_supported.
    @Test func `without a directory, applications whose names go on are all found`() throws {
        func information(_ last: String, _ priority: String) throws -> [UInt8] {
            try hex(
                "6F458408A0000000041010" + last + "A53950094D43204352454449545F2D046E6C656E8701" + priority
                    + "9F1101019F120A4D415354455243415244BF0C109F4D020B0A9F0A0800010502000000009000")
        }
        var profile = TerminalProfile.test
        profile.applications = try [
            "A0000000031010", "A0000000032010", "A0000000032020", "A0000000041010", "A0000000043060",
        ].map { try hex($0) }
        let (first, second) = (try information("20", "02"), try information("10", "01"))
        var next = 0
        let session = Session(profile, transaction: try .test()) { command, number in
            guard command.starts(with: [0x00, 0xA4, 0x04]), command[4] == 7, command[9] == 0x04, command[10] == 0x10
            else {
                return [0x6A, 0x82]
            }
            if command[3] == 0x00 { return first }
            next += 1
            return next == 1 ? second : [0x6A, 0x82]
        }
        #expect(
            session.commands.map(digits) == [
                "00A404000E325041592E5359532E444446303100", "00A4040007A000000003101000",
                "00A4040007A000000003201000", "00A4040007A000000003202000", "00A4040007A000000004101000",
                "00A4040207A000000004101000", "00A4040207A000000004101000", "00A4040007A000000004306000",
                "00A4040008A00000000410101000", "00A4040008A00000000410102000",
            ])
        #expect(session.outcome == .failed(.refused(status: 0x6A82)))
    }

    /// github.com/openemv/emv-utils, tests/emv_select_application_test.c: the answers of test_select_app1, 7, 5, 2.
    @Test(arguments: [
        ("6A82", CardFault.refused(status: 0x6A82)), ("6283", .refused(status: 0x6283)), ("00", .malformed(at: 2)),
        ("6A81", .refused(status: 0x6A81)),
        ("6F1D8508A000000003101005A511500556205041598701015F2D046E6C656E9000", .malformed(at: 2)),
        ("6F1D8408A000000003101005A511500556205041598701015F2D046E6C656E9000", .malformed(at: 2)),
    ])
    func `an application that is blocked, missing or another one is passed over`(answer: String, fault: CardFault)
        throws
    {
        let other: [UInt8] = [0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10, 0x02]
        var card = ScriptedCard()
        let reply = try hex(answer)
        // Alone, it ends the reading.
        card.directory = ScriptedCard.directory([other])
        let alone = Session(transaction: try .test()) { command, number in number == 2 ? reply : card.answer(command) }
        #expect(alone.outcome == .failed(fault))
        // With another application behind it, that one is read; but a blocked card or half an answer stays what it is.
        card.directory = ScriptedCard.directory([other, ScriptedCard.visa])
        let both = Session(transaction: try .test()) { command, number in number == 2 ? reply : card.answer(command) }
        if reply.count < 2 || answer == "6A81" {
            #expect(both.outcome == .failed(fault))
        } else {
            #expect(both.outcome.account?.pan == ScriptedCard.pan)
        }
    }

    @Test func `a card that does not want this payment is asked for its other applications`() throws {
        var card = ScriptedCard()
        card.optionsStatus = [0x69, 0x85]
        #expect(try card.read().outcome == .failed(.refused(status: 0x6985)))
        card.optionsStatus = [0x69, 0x84]
        #expect(try card.read().outcome == .failed(.refused(status: 0x6984)))
    }

    @Test func `an application without an account makes room for the next`() throws {
        let other = ScriptedCard.visa + [0x01]
        var card = ScriptedCard()
        card.directory = ScriptedCard.directory([other, ScriptedCard.visa])
        let empty = ScriptedCard.application(other)
        var count = 0
        let session = Session(transaction: try .test()) { command, _ in
            if command[1] == 0xA4, command[4] == 8 { return empty + [0x90, 0x00] }
            if command[1] == 0xA8 {
                count += 1
                if count == 1 { return tlv(0x77, tlv(0x82, [0x20, 0x00])) + [0x90, 0x00] }
            }
            return card.answer(command)
        }
        #expect(session.outcome.account?.pan == ScriptedCard.pan)
        #expect(session.commands.count == 6)
    }
}
