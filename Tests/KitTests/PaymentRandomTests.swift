import Kit
import LinuxBase
import Testing
import WalletScreens
import Wire

@Suite struct `A payment with anything that may happen` {
    @Test func `a hundred thousand inputs neither trap it nor make it pay twice`() throws {
        var random = Seeded(state: 0x5EED)
        let letters = Payments.steps.keys.sorted() + Array("0123456789!!!!wwwwKKPPOIEE")
        var ends: [String: Int] = [:]
        var start = Payments.Start.code
        var payment = start.payment()
        var watch = Watch()
        for _ in 0..<100_000 {
            // The right code now and then, which would hardly ever come by itself.
            let right = if case .entering(let entry) = payment.phase { entry.typed == 0 } else { false }
            let word: [Character] =
                right && random.next() % 8 == 0 ? Array("1234!") : [letters[Int(random.next() % UInt64(letters.count))]]
            for letter in word {
                let before = payment.phase
                let invoice = payment.invoice
                let turn = Payments.take(letter, on: &payment)
                try watch.look(letter, before, payment.phase, invoice, payment.invoice, turn)
                guard let outcome = turn.outcome else { continue }
                ends[`Each state of a payment`.name(outcome), default: 0] += 1
                start = Payments.Start.allCases[Int(random.next() % UInt64(Payments.Start.allCases.count))]
                payment = start.payment()
                watch = Watch()
                break
            }
        }
        #expect(Set(ends.keys) == ["approved", "declined", "needsMore", "cancelled", "failed"], "all ends are reached")
        print("wallet: ends of random payments \(ends.sorted { $0.key < $1.key })")
    }

    /// What must hold after each step, by the test's own reckoning.
    struct Watch {
        private var asked: UInt64 = 0
        /// What is to be paid, once it is known.
        private var amount: UInt64?
        private var isOver = false

        mutating func look(
            _ letter: Character, _ before: Payment.Phase, _ after: Payment.Phase, _ old: Invoice?, _ new: Invoice?,
            _ turn: Turn
        ) throws {
            if case .tipping(let typed) = before, before.isLeft(for: after) {
                amount = try #require(old).amount + typed.minorUnits
            } else if case .pricing(let typed, let tip) = before, before.isLeft(for: after) {
                amount = tip == .percent(9999) ? typed.minorUnits + rounded(typed.minorUnits, 9999) : typed.minorUnits
            } else if case .scanning = before, before.isLeft(for: after) {
                amount = ["Q": 2490, "F": 2740, "R": 2490 + rounded(2490, 1050)][letter]
            }
            for attempt in turn.attempts {
                try #require(!isOver)
                try #require(attempt.number == asked + 1 && attempt.number <= WireLimits.attempts)
                asked = attempt.number
                try #require(attempt.invoice.amount == amount ?? 2490)
                try #require(attempt.invoice == Payments.invoice(amount: attempt.invoice.amount))
                try #require((attempt.proof ?? "").utf8.count <= WireLimits.proofBytes)
                try #require(turn.events.modes.allSatisfy { $0 == .none }, "nothing is entered meanwhile")
                // What the server refuses would be lost.
                let decoded = try ApplicationEvent(decoding: ApplicationEvent.authorise(attempt).encoded())
                try #require(decoded == .authorise(attempt))
            }
            if asked > 0 { try #require(old == new, "what is paid does not change") }
            switch after {
            case .receipt, .answered: isOver = true
            default: try #require(!isOver, "an answer is the end")
            }
        }

        /// In 128 bits, where nothing is lost.
        private func rounded(_ amount: UInt64, _ hundredths: UInt64) -> UInt64 {
            let tenThousandths = UInt128(amount) * UInt128(hundredths)
            let whole = tenThousandths / 10_000
            return UInt64(tenThousandths % 10_000 >= 5000 ? whole + 1 : whole)
        }
    }
}

extension Payment.Phase {
    fileprivate func isLeft(for next: Payment.Phase) -> Bool {
        `Each state of a payment`.name(self) != `Each state of a payment`.name(next)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers every time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
