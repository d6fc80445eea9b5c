import CardKit
import Cards
import EMV
import LinuxBase
import Measurements
import Testing

extension CardsOnADesk {
    @Suite(.serialized) final class ReadTests {
        @Test func `the account on a card is read as soon as the card is there`() throws {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(.payment)
            try counter.wait(for: .reading(reader: Counter.first))
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
            #expect(masked(counter.takeResult()) == nil)
            #expect(!counter.isArmed)
        }

        @Test func `a card that lies there already is read at once, as often as it is asked for`() throws {
            let counter = try Counter()
            try counter.desk.insert(CardDescription(.payment(PaymentCard(pan: "4111111111111111"))))
            try counter.wait(for: .cardPresent(reader: Counter.first))
            for _ in 1...3 {
                let begun = Clock.now()
                counter.arm()
                let done = try counter.wait { $0.isFinished }
                #expect(done - begun < .milliseconds(500))
                #expect(masked(counter.takeResult()) == "411111******1111")
            }
        }

        @Test(arguments: [(2, true), (12, true), (30, false)])
        func `cards with few and many records and either form of options are read`(records: Int, isFormatOne: Bool)
            throws
        {
            let counter = try Counter()
            var card = PaymentCard(pan: "5413330089604111")
            card.application = [0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10]
            card.recordCount = records
            card.isFormatOne = isFormatOne
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(card)))
            try counter.wait { event in
                if case .finished(_, let figures) = event { #expect(figures.commands == records + 3) }
                return event.isFinished
            }
            #expect(masked(counter.takeResult()) == "541333******4111")
        }

        @Test func `nothing is read without an order, and no result outlives it`() throws {
            let counter = try Counter()
            try counter.desk.insert(.payment)
            try counter.wait(for: .cardPresent(reader: Counter.first))
            try counter.idle(.milliseconds(300))
            #expect(try counter.desk.exchanges().isEmpty)
            counter.arm()
            try counter.wait { $0.isFinished }
            counter.disarm()
            #expect(masked(counter.takeResult()) == nil)
        }

        @Test func `the result of an order that was taken back is dropped`() throws {
            let counter = try Counter()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 50))
            try counter.wait(for: .cardPresent(reader: Counter.first))
            counter.arm()
            try counter.wait(for: .reading(reader: Counter.first))
            try counter.idle(.milliseconds(100))
            counter.disarm()
            try counter.idle(.milliseconds(600))
            #expect(counter.takeEvents().isEmpty)
            #expect(masked(counter.takeResult()) == nil)
            #expect(try counter.desk.exchanges().count < 12)
        }

        @Test func `an order in place of another is served with the card that lies there`() throws {
            let counter = try Counter()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 20))
            try counter.wait(for: .cardPresent(reader: Counter.first))
            counter.arm()
            try counter.idle(.milliseconds(100))
            counter.arm()
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
        }

        @Test func `a tag's message is read, and a payment card is no tag`() throws {
            let counter = try Counter()
            let text: [UInt8] = [0xD1, 0x01, 0x0A, 0x55, 0x04] + Array("shop.test".utf8)
            try counter.desk.insert(CardDescription(.tag(text)))
            counter.arm(.tag)
            try counter.wait { $0.isFinished }
            #expect(message(counter.takeResult()) == text)
            try counter.desk.remove()
            try counter.wait(for: .cardRemoved(reader: Counter.first))
            try counter.desk.insert(.payment)
            counter.arm(.tag)
            try counter.wait { if case .tag? = $0.fault { true } else { false } }
        }

        @Test func `a tag is no payment card`() throws {
            let counter = try Counter()
            try counter.desk.insert(CardDescription(.tag([0xD0, 0, 0])))
            counter.arm()
            try counter.wait(for: .fault(.card(.noApplication)))
            #expect(masked(counter.takeResult()) == nil)
        }

        @Test func `twelve commands of 20 ms each are read in 350 ms, with less than 2 ms of our own for each`() throws
        {
            let counter = try Counter()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 20))
            try counter.wait(for: .cardPresent(reader: Counter.first))
            var (whole, own): ([Double], [Double]) = ([], [])
            for round in 0..<40 {
                counter.arm()
                var figures = CardFigures()
                try counter.wait { event in
                    if case .finished(_, let taken) = event { figures = taken }
                    return event.isFinished
                }
                #expect(masked(counter.takeResult()) == "400000******7899")
                #expect(figures.commands == 12)
                whole.append(figures.whole.milliseconds)
                let exchanges = try counter.desk.exchanges().suffix(12)
                #expect(try counter.desk.exchanges().count == 12 * (round + 1))
                // From the card's answer to its next command: the whole path back and forth, and the machine's thought.
                own += zip(exchanges, exchanges.dropFirst()).map { ($1.received - $0.answered).milliseconds }
            }
            let (wholeFigures, ownFigures) = (Percentiles(whole), Percentiles(own))
            print("card read: whole \(text(wholeFigures)); own for each command \(text(ownFigures))")
            #expect(wholeFigures.p95 ?? .infinity <= 350)
            #expect(ownFigures.p95 ?? .infinity <= 2)
        }
    }
}
