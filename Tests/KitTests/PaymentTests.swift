import Kit
import LinuxBase
import Pictures
import Testing
import WalletScreens
import Wire

@Suite struct `A payment` {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let amount: UInt64
        let keys: String
        let outcome: Outcome?
        var testDescription: String { name }
        init(_ name: String, amount: UInt64 = 2490, _ keys: String, _ outcome: Outcome?) {
            self.name = name
            self.amount = amount
            self.keys = keys
            self.outcome = outcome
        }
    }

    static let wrongThrice = Outcome.declined(reason: "Wrong code entered three times")
    static let poor = Outcome.declined(reason: "Insufficient funds")
    static let rows: [Row] = [
        Row("right code", "1234!ww", .approved(reference: reference)),
        Row("nothing before OK", "1234", nil),
        Row("no answer before the bank's", "1234!", nil),
        Row("the answer stays to be read", "1234!w", nil),
        Row("OK closes the answer", "1234!w!", .approved(reference: reference)),
        Row("digits beyond the fourth do not count", "12349!ww", .approved(reference: reference)),
        Row("clear starts again", "99c1234!ww", .approved(reference: reference)),
        Row("clear without digits", "c1234!ww", .approved(reference: reference)),
        Row("OK too early, then the rest", "12!34!ww", .approved(reference: reference)),
        Row("arrows mean nothing", "u12u34u!ww", .approved(reference: reference)),
        Row("one wrong code", "9999!1234!ww", .approved(reference: reference)),
        Row("two wrong codes", "9999!4321!1234!ww", .approved(reference: reference)),
        Row("three wrong codes", "9999!9999!9999!w", wrongThrice),
        Row("the right code comes too late", "9999!9999!9999!1234!w", wrongThrice),
        Row("clearing is no way to more tries", "9999!c9999!c9999!cw", wrongThrice),
        Row("OK without digits is not a try", "!!!!1234!ww", .approved(reference: reference)),
        Row("cancel at once", "x", .cancelled),
        Row("cancel in the middle", "12x", .cancelled),
        Row("cancel after a wrong code", "9999!x", .cancelled),
        Row("too late to cancel", "1234!xww", .approved(reference: reference)),
        Row("more than is there", amount: 125_001, "1234!ww", poor),
        Row("more than is there, wrong code first", amount: 125_001, "9999!1234!ww", poor),
        Row("all that is there, above the limit", amount: 125_000, "1234!ww", more),
        Row("just above the limit", amount: 50_001, "1234!ww", more),
        Row("just the limit", amount: 50_000, "1234!ww", .approved(reference: reference)),
        Row("a wake that nobody asked for", "w12w34w!ww", .approved(reference: reference)),
    ]
    static let more = Outcome.needsMore(request: "Identification required: payments above 500.00 EUR")
    /// Five bits a letter, lowest first, of the number given to `Payment`: 1, 2, 3 … 8.
    static let reference = "1234-5678"
    static let random = (1...8).reduce(UInt64(0)) { $0 | UInt64($1) << (5 * UInt64($1 - 1)) }

    @Test(arguments: rows) func `goes as its table says`(_ row: Row) {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(amount: row.amount), random: Self.random, turn: &turn)
        #expect(turn.events == [.entryMode(.keys)])
        #expect(turn.outcome == nil)
        #expect(Payments.play(row.keys, on: &payment) == row.outcome)
    }

    @Test func `shows as many stars as digits and says how many tries are left`() {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(), random: 0, turn: &turn)
        var phases: [Payment.Phase] = []
        _ = Payments.play("19!c9999!", on: &payment) { payment, _ in phases.append(payment.phase) }
        func entering(_ typed: Int, wrong: Int = 0, _ note: Payment.Note = .none) -> Payment.Phase {
            .entering(Payment.Entry(typed: typed, wrong: wrong, note: note))
        }
        #expect(
            phases == [
                entering(1), entering(2), entering(2, .incomplete), entering(0, .incomplete), entering(1, .incomplete),
                entering(2, .incomplete), entering(3, .incomplete), entering(4, .incomplete),
                entering(0, wrong: 1, .wrongCode(triesLeft: 2)),
            ])
    }

    @Test func `a digit draws one star again and nothing else`() {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(), random: 0, turn: &turn)
        var damage: [Rectangle] = []
        _ = Payments.play("12345", on: &payment) { _, turn in damage.append(turn.damage) }
        #expect(damage == payment.layout.stars + [.empty])
    }

    @Test func `takes no keys while the answer is made`() {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(), random: 0, turn: &turn)
        var modes: [ApplicationEvent] = []
        _ = Payments.play("1234!", on: &payment) { _, turn in modes += turn.events }
        #expect(modes == [.entryMode(.none)])
        #expect(payment.phase == .processing)
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String?
        var testDescription: String { "\(name) = \(value ?? "nothing")" }
    }
    static let broken: [Broken] =
        ["balance", "limit", "code_salt", "code_hash"].map { Broken(name: $0, value: nil) } + [
            Broken(name: "balance", value: "-1"), Broken(name: "balance", value: "12.50"),
            Broken(name: "balance", value: ""), Broken(name: "limit", value: "+5"),
            Broken(name: "limit", value: "99999999999999999999999"), Broken(name: "limit", value: "٣"),
            Broken(name: "code_salt", value: "0001"),
            Broken(name: "code_salt", value: "000102030405060708090a0b0c0d0e0"),
            Broken(name: "code_salt", value: "xx0102030405060708090a0b0c0d0e0f"),
            Broken(name: "code_hash", value: "ea188ccab3267650eda91c3bb738c246"), Broken(name: "code_hash", value: ""),
        ]

    @Test(arguments: broken) func `without sound data about the account it fails and says which`(_ row: Broken) {
        var data = Payments.data
        data[row.name] = row.value
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(data: data), random: 0, turn: &turn)
        #expect(turn.events == [.entryMode(.none)])
        #expect(turn.wakeTime != nil)
        let name = row.name == "code_hash" ? "code hash" : row.name == "code_salt" ? "code salt" : row.name
        let reason = "The \(name) is \(row.value == nil ? "missing" : "not valid")"
        #expect(Payments.play("1234!", on: &payment) == .failed(reason: reason), "OK closes the notice")
        #expect(Payments.play("1234w", on: &payment) == .failed(reason: reason))
    }

    @Test func `without an invoice it fails`() {
        var request = Payments.request()
        request.invoice = nil
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: request, random: 0, turn: &turn)
        #expect(Payments.play("1234w", on: &payment) == .failed(reason: "The invoice is missing"))
    }

    @Test(arguments: [
        (UInt64(0), "EUR", "0.00"), (5, "EUR", "0.05"), (2490, "EUR", "24.90"), (123_456, "EUR", "1\u{202F}234.56"),
        (123_456_789, "USD", "1\u{202F}234\u{202F}567.89"), (1500, "JPY", "1\u{202F}500"), (5, "JPY", "5"),
        (1234, "KWD", "1.234"), (99, "KWD", "0.099"),
        (UInt64.max, "EUR", "184\u{202F}467\u{202F}440\u{202F}737\u{202F}095\u{202F}516.15"),
    ]) func `amounts have the places of their currency`(_ units: UInt64, _ currency: String, _ text: String) {
        #expect(Money(minorUnits: units, currency: currency).text == text)
    }
}
