import CardKit
import Cards
import LinuxBase
import Measurements
import Testing

extension CardsOnADesk {
    @Suite(.serialized) final class RestartTests {
        @Test func `a card service that is restarted has its readers back within two seconds, again and again`() throws
        {
            let counter = try Counter()
            var samples: [Double] = []
            try counter.waitForBoth()
            for round in 0..<Counter.rounds {
                // Orderly, or as a crash leaves it.
                try counter.desk.stopService(isOrderly: round.isMultiple(of: 2))
                try counter.wait(for: .serviceGone)
                #expect(counter.names.isEmpty)
                let started = try counter.desk.startService()
                samples.append((try counter.wait(for: .readerPresent(Counter.first)) - started).milliseconds)
                if round.isMultiple(of: 10) {
                    counter.arm()
                    try counter.desk.insert(.payment)
                    try counter.wait { $0.isFinished }
                    #expect(masked(counter.takeResult()) == "400000******7899")
                }
            }
            let figures = Percentiles(samples)
            print("service restarts, readers back \(text(figures))")
            #expect(figures.max ?? .infinity <= 2000)
            #expect(counter.lostThreads == 0)
        }

        @Test func `readers that are unplugged are told, and plugged in again they are back within two seconds`() throws
        {
            let counter = try Counter()
            var samples: [Double] = []
            try counter.waitForBoth()
            for round in 0..<Counter.rounds {
                try counter.desk.unplugReaders()
                try counter.wait(for: .readerGone(Counter.first))
                #expect(counter.names.isEmpty)
                let plugged = try counter.desk.plugReaders()
                samples.append((try counter.wait(for: .readerPresent(Counter.first)) - plugged).milliseconds)
                if round.isMultiple(of: 10) {
                    counter.arm()
                    try counter.desk.insert(.payment)
                    try counter.wait { $0.isFinished }
                    #expect(masked(counter.takeResult()) == "400000******7899")
                    try counter.desk.remove()
                    try counter.wait(for: .cardRemoved(reader: Counter.first))
                }
            }
            let figures = Percentiles(samples)
            print("readers plugged in again, back \(text(figures))")
            #expect(figures.max ?? .infinity <= 2000)
            #expect(counter.lostThreads == 0)
        }

        @Test func `a reader that is unplugged while it reads is told`() throws {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 100))
            try counter.wait(for: .reading(reader: Counter.first))
            try counter.idle(.milliseconds(150))
            try counter.desk.unplugReaders()
            try counter.wait { [.readerGone, .disturbed, .removed].contains($0.fault) }
            try counter.wait(for: .readerGone(Counter.first))
            try counter.desk.plugReaders()
            try counter.desk.insert(.payment)
            try counter.wait { $0.isFinished }
        }

        @Test func `cards come and go, and each is read`() throws {
            let counter = try Counter()
            var (found, gone): ([Double], [Double]) = ([], [])
            for _ in 0..<Counter.rounds {
                counter.arm()
                let inserted = try counter.desk.insert(.payment)
                found.append((try counter.wait(for: .reading(reader: Counter.first)) - inserted).milliseconds)
                try counter.wait { $0.isFinished }
                #expect(masked(counter.takeResult()) == "400000******7899")
                let removed = try counter.desk.remove()
                gone.append((try counter.wait(for: .cardRemoved(reader: Counter.first)) - removed).milliseconds)
            }
            let (foundFigures, goneFigures) = (Percentiles(found), Percentiles(gone))
            print("cards found \(text(foundFigures)); gone \(text(goneFigures))")
            #expect(goneFigures.p95 ?? .infinity <= 500)
            #expect(counter.lostThreads == 0)
        }

        @Test func `a service that dies while a card is read is told, and the card is read by the next one`() throws {
            let counter = try Counter()
            counter.arm()
            try counter.desk.insert(CardDescription(.payment(PaymentCard()), delayMilliseconds: 50))
            try counter.wait(for: .reading(reader: Counter.first))
            try counter.idle(.milliseconds(120))
            try counter.desk.stopService(isOrderly: false)
            try counter.wait { $0.fault == .serviceGone || $0.fault == .removed }
            try counter.desk.startService()
            try counter.desk.insert(.payment)
            try counter.wait { $0.isFinished }
            #expect(masked(counter.takeResult()) == "400000******7899")
        }

        @Test func `a service that hangs is told, and the readers come back when it does not any more`() throws {
            var times = CardTimes()
            times.call = .milliseconds(400)
            times.wait = .milliseconds(300)
            let counter = try Counter(times: times)
            try counter.waitForBoth()
            try counter.desk.freezeService()
            try counter.wait(for: .serviceGone)
            try counter.idle(.seconds(4))
            #expect(counter.lostThreads <= times.lostThreads)
            #expect(counter.lostThreads > 1)
            try counter.desk.thawService()
            try counter.wait(for: .serviceBack)
            try counter.wait(for: .readerPresent(Counter.first))
            try counter.idle(.seconds(1))
            #expect(counter.lostThreads == 0)
            counter.arm()
            try counter.desk.insert(.payment)
            try counter.wait { $0.isFinished }
        }

        @Test func `a service without readers is there, and readers that come with the next one are found`() throws {
            let counter = try Counter()
            try counter.waitForBoth()
            try counter.desk.startService(hasReaders: false)
            try counter.wait(for: .readerGone(Counter.first))
            try counter.wait(for: .serviceBack)
            try counter.idle(.milliseconds(300))
            #expect(counter.names.isEmpty)
            try counter.desk.startService()
            try counter.wait(for: .readerPresent(Counter.first))
        }

        @Test func `nothing is left of a desk`() throws {
            let desk = try CardDesk.forThisProcess()
            let process = try #require(try desk.serviceProcess())
            let folder = desk.folder
            #expect(Files.exists("/proc/\(process)"))
            _ = consume desk
            #expect(!Files.exists("/proc/\(process)"))
            #expect(!Files.exists(folder))
        }
    }
}
