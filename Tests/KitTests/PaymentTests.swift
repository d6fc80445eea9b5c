import Kit
import LinuxBase
import Pictures
import Testing
import WalletScreens
import Wire

@Suite struct `A payment` {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let start: Payments.Start
        let letters: String
        let outcome: Outcome?
        var testDescription: String { name }
        init(_ name: String, _ letters: String, _ outcome: Outcome?) { self.init(name, .code, letters, outcome) }
        init(_ name: String, _ start: Payments.Start, _ letters: String, _ outcome: Outcome?) {
            self.name = name
            self.start = start
            self.letters = letters
            self.outcome = outcome
        }
    }

    static let approved = Outcome.approved(reference: "632714000217")
    static let poor = Outcome.declined(reason: "Insufficient funds")
    static let wrongThrice = Outcome.declined(reason: "Wrong code entered three times")
    static let noPIN = Outcome.needsMore(request: "PIN required, and this terminal cannot take one")
    static let silent = Outcome.failed(reason: "The bank does not answer")
    static let rows: [Row] = [
        Row("right code", "1234!Aww", approved),
        Row("nothing before OK", "1234A", nil),
        Row("no answer before the bank's", "1234!w", nil),
        Row("an answer that is there at once is shown in its time", "1234!A", nil),
        Row("the answer stays to be read", "1234!Aw", nil),
        Row("OK closes the answer", "1234!Aw!", approved),
        Row("so does cancel", "1234!Awx", approved),
        Row("an answer that takes long", "1234!wAw", approved),
        Row("the bank says no", "1234!wDw", poor),
        Row("the bank says nothing", "1234!www", silent),
        Row("the bank speaks too late", "1234!wwAw", silent),
        Row("the first answer counts", "1234!DAww", poor),
        Row("digits beyond the fourth do not count", "12349!Aww", approved),
        Row("clear starts again", "99c1234!Aww", approved),
        Row("clear without digits", "c1234!Aww", approved),
        Row("OK too early, then the rest", "12!34!Aww", approved),
        Row("arrows mean nothing", "u12u34u!Aww", approved),
        Row("one wrong code", "9999!1234!Aww", approved),
        Row("two wrong codes", "9999!4321!1234!Aww", approved),
        Row("three wrong codes", "9999!9999!9999!w", wrongThrice),
        Row("the right code comes too late", "9999!9999!9999!1234!w", wrongThrice),
        Row("clearing is no way to more tries", "9999!c9999!c9999!cw", wrongThrice),
        Row("OK without digits is not a try", "!!!!1234!Aww", approved),
        Row("trouble at the reader is not a try", "TTTT1234!Aww", approved),
        Row("cancel at once", "x", .cancelled),
        Row("cancel in the middle", "12x", .cancelled),
        Row("cancel after a wrong code", "9999!x", .cancelled),
        Row("too late to cancel", "1234!xAww", approved),
        Row("a wake that nobody asked for", "w12w34w!Aww", approved),
        Row("a card instead of the code", "12K!Aww", approved),
        Row("a card instead of the code, and no", "12Kx", .cancelled),
        Row("no code to type", .storedAlone, "!Aww", approved),
        Row("no code to type, and no", .storedAlone, "x", .cancelled),
        Row("a card instead of the stored account", .storedAlone, "K!Aww", approved),
        Row("a card", .card, "K!Aww", approved),
        Row("another card, before OK", .card, "KG!Aww", approved),
        Row("no card", .card, "x", .cancelled),
        Row("keys are no card", .card, "1234!!!", nil),
        Row("trouble, then a card", .card, "TK!Aww", approved),
        Row("a code that was scanned", .nothing, "QK!Aww", approved),
        Row("no code is shown", .nothing, "x", .cancelled),
        Row("the amount is typed", .nothing, "Z2490!K!Aww", approved),
        Row("the amount is typed, and no", .amount, "24x", .cancelled),
        Row("a tip is typed", .nothing, "V5!K!Aww", approved),
        Row("no tip", .nothing, "V!K!Aww", approved),
        Row("no tip and no payment", .nothing, "Vx", .cancelled),
        Row("a PIN", .card, "K!Pw*EAww", approved),
        Row("a PIN twice", .card, "K!Pw*EPw+EAww", approved),
        Row("keys while the PIN is typed are the terminal's", .card, "K!Pw12x!c*EAww", approved),
        Row("the PIN is cancelled", .card, "K!PwXw", .cancelled),
        Row("no PIN comes", .card, "K!PwMw", .declined(reason: "No PIN was entered")),
        Row("no key for PINs", .card, "K!PwNw", noPIN),
        Row("no account for the PIN", .card, "K!PwBw", noPIN),
        Row("a one-time code", .card, "K!Ow471133!Aww", approved),
        Row("a one-time code, cleared", .card, "K!Ow47c471133!Aww", approved),
        Row("no one-time code", .card, "K!Owx", .cancelled),
        Row("an identifier", .card, "K!Iw19a!Aww", approved),
        Row("no identifier", .card, "K!Iw19xw", .needsMore(request: "Identification required")),
        Row("all of it", .code, "1234!Ow4711!Iw7!Pw*EAww", approved),
        Row(
            "a bank that never has enough", .card, "K!" + String(repeating: "PwE", count: 7) + "Pww",
            .declined(reason: "The bank asked for more too often")),
    ]

    @Test(arguments: rows) func `goes as its table says`(_ row: Row) {
        var payment = row.start.payment()
        #expect(Payments.play(row.letters, on: &payment) == row.outcome)
    }

    @Test func `shows as many stars as digits and says how many tries are left`() {
        var payment = Payments.Start.code.payment()
        var phases: [Payment.Phase] = []
        _ = Payments.play("19!c9999!T", on: &payment) { payment, _ in phases.append(payment.phase) }
        func entering(_ typed: Int, wrong: Int = 0, _ note: Payment.Note = .none) -> Payment.Phase {
            .entering(Payment.Entry(typed: typed, wrong: wrong, note: note))
        }
        #expect(
            phases == [
                entering(1), entering(2), entering(2, .incomplete), entering(0, .incomplete), entering(1, .incomplete),
                entering(2, .incomplete), entering(3, .incomplete), entering(4, .incomplete),
                entering(0, wrong: 1, .wrongCode(triesLeft: 2)), entering(0, wrong: 1, .trouble(Payments.trouble)),
            ])
    }

    @Test func `a digit draws one star again and nothing else`() {
        var payment = Payments.Start.code.payment()
        var damage: [Rectangle] = []
        _ = Payments.play("12345", on: &payment) { _, turn in damage.append(turn.damage) }
        #expect(damage == payment.layout.stars + [.empty])
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let value: String?
        var testDescription: String { "\(name) = \(value ?? "nothing")" }
    }
    static let broken: [Broken] =
        ["code_salt", "code_hash"].map { Broken(name: $0, value: nil) } + [
            Broken(name: "code_salt", value: "0001"), Broken(name: "code_salt", value: ""),
            Broken(name: "code_salt", value: "000102030405060708090a0b0c0d0e0"),
            Broken(name: "code_salt", value: "xx0102030405060708090a0b0c0d0e0f"),
            Broken(name: "code_hash", value: "ea188ccab3267650eda91c3bb738c246"), Broken(name: "code_hash", value: ""),
        ]

    @Test(arguments: broken) func `with unsound data about the code it fails and says which`(_ row: Broken) {
        var data = Payments.data
        data[row.name] = row.value
        for account in [Payments.stored, nil] {
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: Payments.request(data: data, account: account), random: 0, turn: &turn)
            #expect(turn.events == [.entryMode(.none)])
            #expect(turn.wakeTime != nil)
            let name = row.name == "code_hash" ? "code hash" : "code salt"
            let reason = "The \(name) is \(row.value == nil ? "missing" : "not valid")"
            #expect(Payments.play("1234!", on: &payment) == .failed(reason: reason), "OK closes the notice")
            #expect(Payments.play("1234w", on: &payment) == .failed(reason: reason))
        }
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
