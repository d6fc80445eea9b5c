import CardKit
import LinuxBase
import Measurements
import PCSC
import Synchronization
import Testing

extension CardsOnADesk {
    /// The library itself, with a real service.
    @Suite(.serialized) final class ServiceTests {
        private let desk: CardDesk

        init() throws { desk = try CardDesk.forThisProcess() }

        private static let selectTag: [UInt8] = [0x00, 0xA4, 0x04, 0x00, 7, 0xD2, 0x76, 0, 0, 0x85, 1, 1, 0]

        private func answer(_ response: borrowing ResponseBuffer) -> [UInt8] {
            response.withBytes { span in
                (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
            }
        }

        /// Waits until a card is on the first reader.
        private func awaitCard(_ context: borrowing ServiceContext, _ present: Bool = true) throws {
            var states = [ReaderStatus(CardDesk.readers[0])]
            let deadline = Clock.now() + .seconds(5)
            // The first wait only tells how things are.
            repeat {
                _ = try context.waitForChange(&states, timeout: .seconds(1))
                try #require(Clock.now() < deadline)
            } while states[0].hasCard != present
        }

        @Test func `readers are listed, and an empty list is no error`() throws {
            let context = try ServiceContext()
            #expect(try context.readers() == CardDesk.readers)
            try desk.startService(hasReaders: false)
            let newContext = try ServiceContext()
            #expect(try newContext.readers() == [])
        }

        @Test func `a command gets its answer, and the next one erases it`() throws {
            try desk.insert(CardDescription(.tag([0xD0, 0, 0])))
            let context = try ServiceContext()
            try awaitCard(context)
            let card = try context.connect(CardDesk.readers[0])
            let agreed = card.agreed
            #expect(agreed == .t1)
            var response = ResponseBuffer()
            try card.transmit(Self.selectTag, into: &response)
            let first = answer(response)
            #expect(first == [0x90, 0x00])
            try card.transmit([0x00, 0xB0, 0, 0, 0], into: &response)
            let second = answer(response)
            #expect(second == [0x6D, 0x00])
            response.wipe()
            #expect(response.count == 0)
            try card.close(.unpower)
        }

        @Test func `an answer of more than 65,000 bytes arrives whole`() throws {
            try desk.insert(CardDescription(.payment(PaymentCard()), malice: .huge))
            let context = try ServiceContext()
            try awaitCard(context)
            let card = try context.connect(CardDesk.readers[0], .t1, isExclusive: false)
            var response = ResponseBuffer()
            let select: [UInt8] = [0x00, 0xA4, 4, 0, 7, 0xA0, 0, 0, 0, 3, 0x10, 0x10, 0]
            try card.transmit(select, into: &response)
            try card.transmit([0x00, 0xB2, 1, 0x0C, 0], into: &response)
            let count = response.count
            #expect(count > 65_000)
            let end = answer(response).suffix(2)
            #expect(Array(end) == [0x90, 0x00])
        }

        @Test func `a reader that is not there and an empty reader have errors of their own`() throws {
            let context = try ServiceContext()
            #expect(failure { () throws(PCSCError) in _ = try context.connect("No Such Reader") }?.isReaderGone == true)
            #expect(failure { () throws(PCSCError) in _ = try context.connect(CardDesk.readers[1]) }?.isRemoved == true)
            // An answer to reset of a contactless card offers both protocols.
            try desk.insert(.payment)
            try awaitCard(context)
            for protocols in [CardProtocols.t0, .t1] {
                let card = try context.connect(CardDesk.readers[0], protocols)
                let agreed = card.agreed
                #expect(agreed == protocols)
                try card.close(.unpower)
            }
        }

        @Test func `an exclusive connection keeps others out until it ends`() throws {
            try desk.insert(.payment)
            let mine = try ServiceContext()
            let other = try ServiceContext()
            try awaitCard(mine)
            let card = try mine.connect(CardDesk.readers[0])
            let error = failure { () throws(PCSCError) in _ = try other.connect(CardDesk.readers[0]) }
            #expect(error == .inUse(call: .connect, code: 0x8010_000B))
            try card.close(.leave)
            try other.connect(CardDesk.readers[0]).close(.leave)
        }

        @Test func `a torn card is removed until the connection is taken up again with the next one`() throws {
            try desk.insert(CardDescription(.payment(PaymentCard()), malice: .torn(at: 2)))
            let context = try ServiceContext()
            try awaitCard(context)
            var card = try context.connect(CardDesk.readers[0])
            var response = ResponseBuffer()
            try card.transmit(Self.selectTag, into: &response)
            // The driver calls it a success, without a byte of an answer.
            let torn = failure { () throws(PCSCError) in try card.transmit(Self.selectTag, into: &response) }
            #expect(torn == .cardRemoved(call: .transmit, code: 0))
            try awaitCard(context, false)
            let gone = failure { () throws(PCSCError) in try card.transmit(Self.selectTag, into: &response) }
            #expect(gone == .cardRemoved(call: .transmit, code: 0x8010_0069))
            try desk.insert(.payment)
            try awaitCard(context)
            let other = failure { () throws(PCSCError) in try card.transmit(Self.selectTag, into: &response) }
            #expect(other?.isRemoved == true)
            try card.reconnect()
            try card.transmit(Self.selectTag, into: &response)
            #expect(response.count == 2)
        }

        @Test func `a card that another program reset is told until the connection is taken up again`() throws {
            try desk.insert(.payment)
            let context = try ServiceContext()
            try awaitCard(context)
            var mine = try context.connect(CardDesk.readers[0], isExclusive: false)
            try context.connect(CardDesk.readers[0], isExclusive: false).close(.reset)
            var response = ResponseBuffer()
            for _ in 0..<2 {
                let reset = failure { () throws(PCSCError) in try mine.transmit(Self.selectTag, into: &response) }
                #expect(reset == .cardReset(call: .transmit, code: 0x8010_0068))
            }
            try mine.reconnect()
            try mine.transmit(Self.selectTag, into: &response)
            #expect(response.count == 2)
        }

        @Test func `a wait ends by time, by cancellation and by a reader's change`() throws {
            let context = try ServiceContext()
            var states = CardDesk.readers.map { ReaderStatus($0) }
            let known = try context.waitForChange(&states, timeout: .seconds(1))
            #expect(known == .changed)
            #expect(states.map(\.hasCard) == [false, false])
            let begun = Clock.now()
            let end = try context.waitForChange(&states, timeout: .milliseconds(200))
            #expect(end == .timedOut)
            #expect(Clock.now() - begun >= .milliseconds(195))
            let canceller = context.canceller
            try WorkerThread.start("canceller") {
                Clock.sleep(.milliseconds(100))
                try? canceller.cancel()  // The test fails by its expectation below.
            }
            let cancelled = try context.waitForChange(&states, timeout: .seconds(20))
            #expect(cancelled == .cancelled)
            let before = states[1].changes
            try desk.insert(.payment, slot: 1)
            let changed = try context.waitForChange(&states, timeout: .seconds(5))
            #expect(changed == .changed)
            #expect(states[1].hasCard && states[1].changes == before + 1)
        }

        @Test func `a service that ends is told apart, and a new context finds the next one`() throws {
            let context = try ServiceContext()
            try desk.stopService()
            let ended = failure { () throws(PCSCError) in _ = try context.readers() }
            #expect(ended?.needsNewContext == true)
            let absent = failure { () throws(PCSCError) in _ = try ServiceContext() }
            #expect(absent?.needsNewContext == true)
            try desk.startService()
            let stale = failure { () throws(PCSCError) in _ = try context.readers() }
            #expect(stale?.needsNewContext == true)
            #expect(try ServiceContext().readers() == CardDesk.readers)
        }

        @Test func `errors say what happened, by which call and code`() {
            #expect(
                PCSCError.cardRemoved(call: .transmit, code: 0x8010_0069).description
                    == "SCardTransmit: the card was taken away (0x80100069)")
            #expect(PCSCError.serviceGone(call: .list, code: 0x8010_001D).description.contains("not running"))
        }
    }
}

private func failure(_ body: () throws(PCSCError) -> Void) -> PCSCError? {
    do throws(PCSCError) { try body() } catch { return error }
    return nil
}

extension PCSCError {
    fileprivate var isRemoved: Bool {
        if case .cardRemoved = self { return true }
        return false
    }
    fileprivate var isReaderGone: Bool {
        if case .readerGone = self { return true }
        return false
    }
}
