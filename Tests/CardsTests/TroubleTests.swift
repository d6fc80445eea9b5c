import CardKit
import Cards
import LinuxBase
import Measurements
import Testing

extension CardsOnADesk {
    @Suite(.serialized) final class TroubleTests {
        @Test func `a card that is taken away is noticed within 500 ms`() throws {
            let counter = try Counter()
            var samples: [Double] = []
            for round in 0..<8 {
                try counter.desk.insert(.payment)
                try counter.wait(for: .cardPresent(reader: Counter.first))
                // At any point of the service's own period.
                try counter.idle(.milliseconds(53 * round))
                let removed = try counter.desk.remove()
                samples.append((try counter.wait(for: .cardRemoved(reader: Counter.first)) - removed).milliseconds)
            }
            let figures = Percentiles(samples)
            print("removal noticed \(text(figures))")
            #expect(figures.p95 ?? .infinity <= 500)
        }

        @Test(arguments: [1, 2, 3, 7, 12])
        func `a card that is torn away while it is read is told at once, and read when it comes back`(command: Int)
            throws
        {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(
                CardDescription(.payment(PaymentCard()), delayMilliseconds: 5, malice: .torn(at: command)))
            let begun = try counter.wait(for: .reading(reader: Counter.first))
            let told = try counter.wait(for: .fault(.removed))
            #expect(told - begun < .milliseconds(500))
            try counter.wait(for: .cardRemoved(reader: Counter.first))
            #expect(masked(counter.takeResult()) == nil)
            try counter.desk.insert(.payment)
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
            #expect(counter.lostThreads == 0)
        }

        @Test func `a card that is pulled in the middle of an answer is told within 500 ms`() throws {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 400))
            try counter.wait(for: .reading(reader: Counter.first))
            try counter.idle(.milliseconds(150))
            let removed = try counter.desk.remove()
            #expect(try counter.wait(for: .fault(.removed)) - removed < .milliseconds(500))
        }

        @Test func `a card that falls silent is given up at the deadline, and the next one is read`() throws {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), malice: .silent(from: 4)))
            let begun = try counter.wait(for: .reading(reader: Counter.first))
            let told = try counter.wait(for: .fault(.silent))
            #expect((.seconds(2) ... .milliseconds(2300)).contains(told - begun))
            #expect(counter.lostThreads == 1)
            // The reader hangs in its driver; the other one does not.
            try counter.desk.insert(.payment, slot: 1)
            try counter.desk.remove()
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
            try counter.idle(.milliseconds(200))
            #expect(counter.lostThreads == 0)
        }

        @Test func `silent cards cannot take more threads than there are readers`() throws {
            var times = CardTimes()
            times.transmit = .milliseconds(200)
            let counter = try Counter(times: times)
            try counter.waitForBoth()
            for _ in 0..<2 {
                counter.arm()
                try counter.desk.insert(CardDescription(.payment(PaymentCard()), malice: .silent(from: 1)))
                try counter.wait(for: .fault(.silent))
                // Asking again is told the same, and does not send a second thread after the first.
                counter.arm()
                try counter.wait(for: .fault(.silent))
                try counter.idle(.milliseconds(300))
                #expect(counter.lostThreads == 1)
                try counter.desk.remove()
                try counter.wait(for: .cardRemoved(reader: Counter.first))
                try counter.idle(.milliseconds(50))
                #expect(counter.lostThreads == 0)
            }
        }

        @Test func `a card that is slow all the time ends at the read's deadline`() throws {
            var times = CardTimes()
            times.read = .milliseconds(500)
            let counter = try Counter(times: times)
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 120))
            let begun = try counter.wait(for: .reading(reader: Counter.first))
            let told = try counter.wait(for: .fault(.slow))
            #expect((.milliseconds(500) ... .milliseconds(800)).contains(told - begun))
            #expect(counter.lostThreads == 0)
        }

        @Test(arguments: Malice.answering, [true, false])
        func `a hostile card gets a clear message, or is read, and the next card is served`(
            malice: Malice, isPayment: Bool
        ) throws {
            let counter = try Counter()
            let kind = isPayment ? CardDescription.Kind.payment(PaymentCard()) : .tag([0xD0, 0, 0])
            counter.arm(isPayment ? .account(.test, .test) : .tag)
            try counter.desk.insert(CardDescription(kind, malice: malice))
            let begun = try counter.wait(for: .reading(reader: Counter.first))
            let told = try counter.wait { $0.fault != nil || $0.isFinished }
            #expect(told - begun < .seconds(2))
            #expect(counter.lostThreads == 0)
            counter.disarm()
            try counter.desk.remove()
            try counter.wait(for: .cardRemoved(reader: Counter.first))
            counter.arm()
            try counter.desk.insert(.payment)
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
        }

        @Test func `of two readers the first card wins, and a second one is told`() throws {
            let counter = try Counter()
            try counter.waitForBoth()
            counter.arm()
            // Long enough for the service to see the other one meanwhile.
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 100), slot: 1)
            try counter.wait(for: .reading(reader: Counter.second))
            try counter.desk.insert(CardDescription(.payment(PaymentCard(pan: "4111111111111111"))), slot: 0)
            try counter.wait(for: .fault(.twoCards))
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
        }

        @Test func `two cards at once are told, and the one that stays is read`() throws {
            let counter = try Counter()
            try counter.desk.insert(.payment, slot: 0)
            try counter.desk.insert(CardDescription(.payment(PaymentCard(pan: "4111111111111111"))), slot: 1)
            try counter.wait(for: .cardPresent(reader: Counter.first))
            try counter.idle(.milliseconds(500))
            counter.arm()
            try counter.wait(for: .fault(.twoCards))
            try counter.desk.remove(slot: 0)
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "411111******1111")
        }

        @Test func `a reader that the board does not allow is not there`() throws {
            let counter = try Counter(rules: [.name("Virtual PCD 00 01")])
            counter.arm()
            try counter.desk.insert(.payment, slot: 0)
            try counter.idle(.milliseconds(800))
            #expect(counter.names == [Counter.second])
            #expect(try counter.desk.exchanges().isEmpty)
            try counter.desk.insert(.payment, slot: 1)
            try counter.wait { $0.isFinished }
        }
    }
}
