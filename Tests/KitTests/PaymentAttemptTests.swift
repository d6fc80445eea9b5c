import Kit
import LinuxBase
import Testing
import WalletScreens
import Wire

@Suite struct `The attempts of a payment` {
    /// What is asked of the bank, attempt by attempt.
    static let attempts: [(String, Payments.Start, String, [PaymentAttempt])] = [
        ("code", .code, "1234!", [attempt(1, .stored)]),
        ("stored", .storedAlone, "!", [attempt(1, .stored)]),
        ("card", .card, "K!", [attempt(1, .card)]),
        ("card instead of the code", .code, "12K!", [attempt(1, .card)]),
        ("amount", .nothing, "Z500!K!", [attempt(1, .card, 500)]),
        ("amount of the request", .amount, "51c50!K!", [attempt(1, .card, 50)]),
        ("tip", .nothing, "V310!K!", [attempt(1, .card, 2800)]),
        ("no tip", .nothing, "V!K!", [attempt(1, .card)]),
        ("fixed tip", .nothing, "FK!", [attempt(1, .card, 2740)]),
        // 24.90 at 10.5 % are 2.6145.
        ("percent", .nothing, "RK!", [attempt(1, .card, 2751)]),
        // 0.50 at 99.99 % are 0.49995: half up.
        ("percent of what is typed", .nothing, "Y50!K!", [attempt(1, .card, 100)]),
        ("PIN", .code, "1234!PwE", [attempt(1, .stored), attempt(2, .stored)]),
        ("one-time code", .card, "K!Ow0047!", [attempt(1, .card), attempt(2, .card, proof: "0047")]),
        ("nine digits", .card, "K!Ow123456789!", [attempt(1, .card), attempt(2, .card, proof: "12345678")]),
        ("identifier", .card, "K!Iwa1é9!", [attempt(1, .card), attempt(2, .card, proof: "a19")]),
        (
            "identifier and PIN", .card, "K!Iw7!PwE",
            [attempt(1, .card), attempt(2, .card, proof: "7"), attempt(3, .card)]
        ),
        ("letters are no one-time code", .card, "K!Owaa!", [attempt(1, .card)]),
        ("wrong code", .code, "9999!", []), ("unconfirmed card", .card, "K", []), ("nothing typed", .amount, "!K!", []),
    ]

    static func attempt(
        _ number: UInt64, _ source: PaymentAttempt.Source, _ amount: UInt64 = 2490, proof: String? = nil
    ) -> PaymentAttempt {
        PaymentAttempt(number: number, invoice: Payments.invoice(amount: amount), source: source, proof: proof)
    }

    @Test(arguments: attempts.indices) func `asks the bank for what was agreed`(_ index: Int) {
        let (name, start, letters, expected) = Self.attempts[index]
        var asked: [PaymentAttempt] = []
        var payment = start.payment()
        _ = Payments.play(letters, on: &payment) { _, turn in asked += turn.attempts }
        #expect(asked == expected, "\(name)")
    }

    @Test func `a bank that always wants more is asked eight times`() {
        var asked: [UInt64] = []
        var payment = Payments.Start.card.payment()
        _ = Payments.play("K!" + String(repeating: "PwE", count: 12), on: &payment) { _, turn in
            asked += turn.attempts.map(\.number)
        }
        #expect(asked == Array(1...WireLimits.attempts))
    }

    @Test func `the largest amount is not exceeded`() {
        for (start, letters, amount) in [
            (Payments.Start.amount, "999999999999", UInt64(999_999_999_999)),
            (.amount, "9999999999991", 999_999_999_999),
        ] {
            var payment = start.payment()
            var asked: [PaymentAttempt] = []
            _ = Payments.play(letters + "!K!", on: &payment) { _, turn in asked += turn.attempts }
            #expect(asked.map(\.invoice.amount) == [amount])
        }
        var scanning = Payments.Start.nothing.payment()
        _ = Payments.play("L", on: &scanning)
        #expect(scanning.phase == .scanning(.tooMuch))
        var priced = Payments.Start.nothing.payment()
        _ = Payments.play("Y999999999999!", on: &priced)
        #expect(priced.phase == .pricing(.init(minorUnits: 999_999_999_999, note: .tooMuch), tip: .percent(9999)))
        var tipped = Payments.Start.nothing.payment()
        _ = Payments.play("V999999999999!", on: &tipped)
        #expect(tipped.phase == .tipping(.init(minorUnits: 999_999_999_999, note: .tooMuch)))
        #expect(tipped.invoice?.amount == 2490, "and nothing has been added")
    }
}

extension Turn {
    var attempts: [PaymentAttempt] {
        events.compactMap { event in
            if case .authorise(let attempt) = event { attempt } else { nil }
        }
    }
}
