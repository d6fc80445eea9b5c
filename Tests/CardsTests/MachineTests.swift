import Cards
import Testing

@Suite struct CardsMachineTests {
    typealias Seen = CardsMachine.Seen

    private func one(_ hasCard: Bool, _ changes: Int) -> CardsMachine.Sight {
        .readers([Seen(name: "A", hasCard: hasCard, changes: changes)])
    }

    private func two(_ a: Int, _ b: Int) -> CardsMachine.Sight {
        .readers([
            Seen(name: "A", hasCard: !a.isMultiple(of: 2), changes: a),
            Seen(name: "B", hasCard: !b.isMultiple(of: 2), changes: b),
        ])
    }

    private let read: [CardsMachine.Action] = [.tell(.reading(reader: "A")), .read(reader: "A")]

    @Test func `readers and cards are told as they come and go`() {
        var machine = CardsMachine()
        let steps: [(CardsMachine.Sight, [CardEvent])] = [
            (one(false, 0), [.serviceBack, .readerPresent("A")]),
            (one(false, 0), []),
            (one(true, 1), [.cardPresent(reader: "A")]),
            // Another card within one look.
            (one(true, 3), [.cardRemoved(reader: "A"), .cardPresent(reader: "A")]),
            (one(false, 4), [.cardRemoved(reader: "A")]),
            (one(true, 5), [.cardPresent(reader: "A")]),
            (.readers([]), [.cardRemoved(reader: "A"), .readerGone("A")]),
            (one(true, 1), [.readerPresent("A"), .cardPresent(reader: "A")]),
            (.serviceGone, [.cardRemoved(reader: "A"), .readerGone("A"), .serviceGone]),
            (.serviceGone, []),
        ]
        for (sight, events) in steps {
            let actions = machine.see(sight)
            #expect(actions == events.map { .tell($0) })
        }
    }

    @Test func `a card that failed is read again when it was taken away, or when it is asked for anew`() {
        var machine = CardsMachine()
        _ = machine.see(one(true, 1))
        let begun = machine.arm()
        #expect(begun == read)
        let failed = machine.finish(CardFigures(), .mute)
        #expect(failed == [.tell(.fault(.mute))])
        let same = machine.see(one(true, 1))
        #expect(same == [])
        let again = machine.see(one(true, 3))
        #expect(again.suffix(2) == read[...])
        _ = machine.finish(CardFigures(), .slow)
        let anew = machine.arm()
        #expect(anew == read)
        let done = machine.finish(CardFigures(), nil)
        #expect(done == [.tell(.finished(reader: "A", CardFigures()))])
        #expect(!machine.isArmed)
    }

    @Test func `a removal during a read is told once, and the late failure is not`() {
        var machine = CardsMachine()
        _ = machine.see(one(true, 1))
        _ = machine.arm()
        let removed = machine.see(one(false, 2))
        #expect(removed == [.cancel, .tell(.fault(.removed)), .tell(.cardRemoved(reader: "A"))])
        // It is laid down again before the thread has noticed.
        let back = machine.see(one(true, 3))
        #expect(back == [.tell(.cardPresent(reader: "A"))])
        let late = machine.finish(CardFigures(), .disturbed)
        #expect(late == read)
    }

    @Test func `a reader whose call did not come back is left alone until it has`() {
        var machine = CardsMachine()
        _ = machine.see(one(true, 1))
        _ = machine.arm()
        let silent = machine.giveUp(.silent)
        #expect(silent == [.tell(.fault(.silent))])
        let anew = machine.arm()
        #expect(anew == [.tell(.fault(.silent))])
        let again = machine.see(one(true, 1))
        #expect(again == [])
        let recovered = machine.recover("A")
        #expect(recovered == read)
    }

    @Test func `with two cards none is begun, and one that was begun goes on`() {
        var machine = CardsMachine()
        _ = machine.see(two(1, 1))
        let armed = machine.arm()
        #expect(armed == [.tell(.fault(.twoCards))])
        let left = machine.see(two(1, 2))
        #expect(left == [.tell(.cardRemoved(reader: "B"))] + read)
        let second = machine.see(two(1, 3))
        #expect(second == [.tell(.cardPresent(reader: "B")), .tell(.fault(.twoCards))])
        let done = machine.finish(CardFigures(), nil)
        #expect(done == [.tell(.finished(reader: "A", CardFigures()))])
    }

    @Test func `an order that is taken back ends the read, and a new one waits for its end`() {
        var machine = CardsMachine()
        _ = machine.see(one(true, 1))
        _ = machine.arm()
        let disarmed = machine.disarm()
        #expect(disarmed == [.cancel])
        let armed = machine.arm()
        #expect(armed == [])
        let late = machine.finish(CardFigures(), nil)
        #expect(late == read)
    }

    @Test func `whatever happens, one read at a time is begun, for an order, of one card that nobody has tried`() {
        var source = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var (machine, isReading, counts) = (CardsMachine(), false, [0, 0])
            for _ in 0..<200 {
                let actions: [CardsMachine.Action]
                switch Int.random(in: 0..<8, using: &source) {
                case 0: actions = machine.arm()
                case 1: actions = machine.disarm()
                case 2 where isReading:
                    isReading = false
                    actions = machine.finish(CardFigures(), Bool.random(using: &source) ? nil : .mute)
                case 3 where isReading:
                    isReading = false
                    actions = machine.giveUp(.silent)
                case 4: actions = machine.recover("A")
                case 5: actions = machine.see(.serviceGone)
                default:
                    counts[Int.random(in: 0...1, using: &source)] += Int.random(in: 1...2, using: &source)
                    actions = machine.see(two(counts[0], counts[1]))
                }
                for case .read(let reader) in actions {
                    #expect(!isReading && machine.isArmed)
                    #expect(machine.readers.filter(\.hasCard).map(\.name) == [reader])
                    isReading = true
                }
            }
        }
    }

    @Test(arguments: [
        ("ACME Contactless", true), ("ACME Contactless 00 00", true), ("ACME Contactless 0A 01", true),
        ("ACME Contactless 2 00 00", false), ("ACME", false), ("ACME Contactless 00 0x", false),
    ])
    func `a rule names a reader, with or without its numbers`(name: String, isAllowed: Bool) {
        #expect(ReaderRule.name("ACME Contactless").allows(name) == isAllowed)
        #expect(ReaderRule.any.allows(name))
    }
}
