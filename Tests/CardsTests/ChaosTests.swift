import CardKit
import Cards
import LinuxBase
import Measurements
import Testing

extension CardsOnADesk {
    @Suite(.serialized) final class ChaosTests {
        private static let malices: [Malice?] = Malice.answering + [nil, nil, nil, .torn(at: 3), .silent(from: 5)]

        @Test func `whatever is pulled, killed or stopped at any time, the next card is read in the end`() throws {
            var times = CardTimes()
            times.transmit = .milliseconds(300)
            times.call = .milliseconds(500)
            let counter = try Counter(times: times)
            try counter.waitForBoth()
            var slowest: [Double] = []
            for _ in 0..<max(2, Counter.rounds / 2) {
                for _ in 0..<12 { try act(counter) }
                // All is well again: the order is served.
                try counter.desk.startService()
                for slot in 0...1 { try counter.desk.remove(slot: slot) }
                try counter.idle(.seconds(1))
                _ = counter.takeEvents()
                counter.arm()
                let inserted = try counter.desk.insert(.payment)
                slowest.append((try counter.wait { $0.isFinished } - inserted).milliseconds)
                #expect(masked(counter.takeResult()) == "400000******7899")
                #expect(counter.lostThreads == 0)
            }
            print("read after chaos \(text(Percentiles(slowest)))")
        }

        private func act(_ counter: Counter) throws {
            let slot = Int.random(in: 0...1)
            switch Int.random(in: 0..<10) {
            case 0...2:
                let kind = Bool.random() ? CardDescription.Kind.payment(PaymentCard()) : .tag([0xD0, 0, 0])
                let card = CardDescription(
                    kind, delayMilliseconds: .random(in: 0...30), malice: Self.malices.randomElement() ?? nil)
                try counter.desk.insert(card, slot: slot)
            case 3: try counter.desk.remove(slot: slot)
            case 4: counter.arm(.tag)
            case 5, 6: counter.arm()
            case 7:
                try counter.desk.stopService(isOrderly: false)
                try counter.idle(.milliseconds(.random(in: 0...150)))
                try counter.desk.startService(hasReaders: Int.random(in: 0..<4) > 0)
                // Cards are laid on a reader that is there.
                try counter.desk.startService()
            case 8:
                try counter.desk.freezeService()
                try counter.idle(.milliseconds(.random(in: 0...400)))
                try counter.desk.thawService()
            default:
                try counter.desk.unplugReaders()
                try counter.idle(.milliseconds(.random(in: 0...100)))
                try counter.desk.plugReaders()
                try counter.idle(.milliseconds(400))
            }
            try counter.idle(.milliseconds(.random(in: 0...300)))
        }
    }
}
