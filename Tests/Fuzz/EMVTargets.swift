import EMV
import FuzzKit
import Secrets

/// Payment cards that may be anything.
extension Targets {
    static let cards: [FuzzTarget] = [cardObjects, cardList, cardLocator, cardReading]

    private static func sample(_ text: String) -> [UInt8] { bytes(hexadecimal: text) ?? [] }

    /// Answers of published test cards (their origin is in Tests/Fixtures/EMV/traces.txt), without status words.
    private static let directory = sample(
        "6F39840E325041592E5359532E4444463031A527BF0C2461224F07A000000003101050105649534120434F4E544143544C455353"
            + "8701019F2A0103")
    private static let application = sample(
        "6F438407A0000000031010A53850105649534120434F4E544143544C4553539F38189F66049F02069F03069F1A0295055F2A029A"
            + "039C019F3704BF0C089F5A051008400840")
    private static let options = sample(
        "7781918202002094040805050057104761731000000027D2412201190582545F20135649534120434445542033302F4341524430"
            + "325F3401019F10201F220100A00000000000000000000000000000000000000000000000000000009F260896991101193D90D29F"
            + "2701809F360200019F6C0200009F6E04207000009F7C0C010A434152440244474991159F5D06000000000000")
    private static let record = sample("700A5F280208409F0702C280")
    private static let contact = sample(
        "6F318407A0000000031010A526500B56495341204352454449549F120F4352454449544F20444520564953418701019F110101")
    private static let contactOptions = sample("800A5C000801010018010200")
    private static let contactRecords = [
        "70435F201A564953412041435155495245522054455354204341524420303157114761739001010010D101220111438780899F1F10"
            + "31313433383030373830303030303030",
        "700E5A0847617390010100105F340101", "70165F25039507015F24031012315F280208405F30020201",
    ].map(sample)
    private static let twoEntries = sample(
        "6F3F840E325041592E5359532E4444463031A52DBF0C2A" + "61134F07A000000003202050055620504159870101"
            + "61134F07A000000003201050055620504159870102")

    static let cardObjects = FuzzTarget(
        name: "card-objects",
        corpus: [directory, application, options, record, contact, twoEntries] + contactRecords
            + [sample("7007009A0101FF0000"), sample("7007DF8101820001AA")],
        limit: 4096
    ) { input in
        // The span ends before the array does.
        unsafe objects(of: input.span.bytes)
    }

    private static func objects(of span: RawSpan) -> FuzzTarget.Verdict {
        do throws(CardFormatError) {
            let whole = try DataObject(outermost: span, 0..<span.byteCount)
            guard whole.value.upperBound == span.byteCount else { return .broken("the object is not the whole") }
            var walk = ObjectWalk(whole.value)
            // Where the templates end that are open, outermost first.
            var ends = [whole.value.upperBound]
            var position = whole.value.lowerBound
            while let object = try walk.next(in: span) {
                guard (1...CardLimits.nesting).contains(walk.depth), walk.depth <= ends.count else {
                    return .broken("an object at depth \(walk.depth)")
                }
                ends.removeSubrange(walk.depth...)
                guard object.value.lowerBound >= position + 2, object.value.upperBound <= ends[walk.depth - 1] else {
                    return .broken("an object outside its template, or over another")
                }
                guard (1...0xFF_FFFF).contains(object.tag.rawValue) else { return .broken("a tag of no length") }
                position = object.tag.isConstructed ? object.value.lowerBound : object.value.upperBound
                if object.tag.isConstructed { ends.append(object.value.upperBound) }
            }
            return .accepted
        } catch {
            return .refused
        }
    }

    static let cardList = FuzzTarget(
        name: "card-list",
        corpus: [
            "9F66049F02069F03069F1A0295055F2A029A039C019F3704", "9F3501", "DF81290A5A0AA502",
            "9F4E14830157129C009F02FF",
        ].map(sample), limit: 600
    ) { input in
        do throws(CardFormatError) {
            let list = try DataObjectList(decoding: input)
            let values: [TerminalValue] = [
                TerminalValue([1, 2, 3], .numeric), TerminalValue([4, 5], .compressedNumeric),
                TerminalValue([6], .other),
            ]
            let data = list.data { $0.rawValue % 4 == 3 ? nil : values[Int($0.rawValue % 4)] }
            guard data.count == list.dataLength else { return .broken("data of another length than was asked for") }
            var encoded: [UInt8] = []
            for entry in list.entries {
                encoded += (0..<3).map { UInt8(truncatingIfNeeded: entry.tag.rawValue >> (16 - 8 * $0)) }.drop {
                    $0 == 0
                }
                encoded.append(UInt8(entry.length))
            }
            return encoded == input ? .accepted : .broken("changed by encoding")
        } catch {
            return .refused
        }
    }

    static let cardLocator = FuzzTarget(
        name: "card-locator",
        corpus: ["08010100", "0801010010010501200101 00", "080202001001040018010201", "58010101"].map { text in
            sample(text.filter { $0 != " " })
        }, limit: 300
    ) { input in
        do throws(CardFormatError) {
            let locator = try FileLocator(decoding: input)
            let isSound =
                locator.records.count <= CardLimits.records
                && locator.records.allSatisfy { (1...10).contains($0.file) && $0.number > 0 }
            return isSound ? .accepted : .broken("a record that cannot be")
        } catch {
            return .refused
        }
    }

    /// Answers behind two bytes of length each.
    private static func session(_ answers: [[UInt8]], status: [UInt8] = [0x90, 0x00]) -> [UInt8] {
        answers.flatMap { answer in
            let whole = answer.count < 2 || answer.last == 0x82 && answer.count == 2 ? answer : answer + status
            return [UInt8(whole.count >> 8), UInt8(whole.count & 0xFF)] + whole
        }
    }

    private static let sessions: [[UInt8]] = {
        let absent: [UInt8] = [0x6A, 0x82]
        let others = [[UInt8]](repeating: absent, count: TerminalProfile.commonApplications.count - 1)
        // The same once more, with its application in two parts and its options after a corrected length.
        let parts: [[UInt8]] = [
            directory + [0x90, 0x00], application.prefix(20) + [0x61, 0x31], application.dropFirst(20) + [0x90, 0x00],
            [0x6C, 0x94], options + [0x90, 0x00], record + [0x90, 0x00],
        ]
        return [
            session([directory, application, options, record]),
            session([absent, contact] + others + [contact, contactOptions] + contactRecords),
            session(parts, status: []),
        ]
    }()

    static let cardReading = FuzzTarget(name: "card-reading", corpus: sessions, limit: 4096) { input in
        guard
            let transaction = CardTransaction(
                amount: 2490, currency: 978, year: 26, month: 11, day: 23, unpredictable: [1, 2, 3, 4])
        else { return .broken("the transaction is none") }
        var reading = CardReading(profile: TerminalProfile(country: 276, merchant: "M"), transaction: transaction)
        var step = reading.start()
        var rest = input[...]
        var commands = 0
        while true {
            switch consume step {
            case .transmit(let command):
                commands += 1
                guard commands <= CardLimits.commands, (5...261).contains(command.bytes.count) else {
                    return .broken("command \(commands) of \(command.bytes.count) bytes")
                }
                guard rest.count >= 2 else { return .refused }
                let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
                let answer = Array(rest.dropFirst(2).prefix(count))
                rest = rest.dropFirst(2 + count)
                // The span ends before the array does.
                step = unsafe reading.take(answer.span.bytes)
            case .failed(let fault): return fault == .outOfTurn ? .broken("out of turn") : .refused
            case .done(let card): return verdict(on: card)
            }
        }
    }

    private static func verdict(on card: borrowing CardData) -> FuzzTarget.Verdict {
        // The bytes are copied before the closures end.
        let number = unsafe card.pan.withBytes { unsafe Array($0) }
        guard (8...19).contains(number.count), number.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return .broken("an account number that is none")
        }
        switch card.track2 {
        case .some(let track2):
            let value = unsafe track2.withBytes { unsafe Array($0) }
            guard value.count <= 19, hexadecimal(value).hasPrefix(String(decoding: number, as: UTF8.self) + "d") else {
                return .broken("track 2 of another account")
            }
        case .none: break
        }
        let shown = card.masked.utf8.filter { $0 != 0x2A }
        guard card.masked.utf8.count == number.count, shown.count <= 10, shown.count < number.count else {
            return .broken("the mask shows too much")
        }
        guard card.label.unicodeScalars.count <= 16, (5...16).contains(card.aid.count), card.expiry.year <= 99,
            (1...12).contains(card.expiry.month), (card.sequenceNumber ?? 0) <= 99
        else { return .broken("a value outside its range") }
        return .accepted
    }
}
