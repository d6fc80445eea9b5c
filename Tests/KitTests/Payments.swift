import Drawing
import Kit
import LinuxBase
import Pictures
import WalletScreens
import Wire

/// A wallet's request: a stored account with the code 1234 under the salt 00 01 … 0f. The hash is what
/// `printf 1234 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f` prints.
enum Payments {
    static let data = [
        "code_salt": "000102030405060708090a0b0c0d0e0f",
        "code_hash": "ea188ccab3267650eda91c3bb738c2461159a10c0df469d2e3e5d3f11f7b8a7b",
    ]
    static let stored = AccountView(masked: "541333…4444", label: "", expiry: CardDate(year: 29, month: 3))
    static let card = AccountView(masked: "411111…1111", label: "VISA TEST", expiry: CardDate(year: 27, month: 12))
    static let otherCard = AccountView(masked: "…0005", label: "", expiry: nil)
    static let trouble = "The card was taken away too early. Hold it still until the tone"

    static func invoice(amount: UInt64 = 2490, currency: String = "EUR") -> Invoice {
        Invoice(
            merchant: "Café Lumière", account: "DE89370400440532013000", identifier: "2025-001482", amount: amount,
            currency: currency)
    }

    /// With the stored account unless another is given.
    static func request(
        amount: UInt64 = 2490, size: PixelSize = PixelSize(width: 800, height: 448), data: [String: String] = data,
        account: AccountView? = stored
    ) -> ApplicationRequest {
        ApplicationRequest(
            application: "wallet", user: "ada", terminal: "t1", size: size, invoice: invoice(amount: amount),
            data: data,
            account: account)
    }

    /// What a request leaves open.
    enum Start: String, CaseIterable, Sendable {
        case code, storedAlone, card, nothing, amount

        func request(size: PixelSize = PixelSize(width: 800, height: 448), amount: UInt64 = 2490) -> ApplicationRequest
        {
            var request = Payments.request(amount: amount, size: size)
            switch self {
            case .code: break
            case .storedAlone: request.data = [:]
            case .card: request.account = nil
            case .nothing:
                request.account = nil
                request.invoice = nil
            case .amount:
                request.account = nil
                request.invoice?.amount = 0
            }
            return request
        }

        func payment(size: PixelSize = PixelSize(width: 800, height: 448), amount: UInt64 = 2490) -> Payment {
            var turn = Turn(now: Clock.now())
            return Payment(request: request(size: size, amount: amount), random: 7, turn: &turn)
        }
    }

    enum Step: Sendable {
        case key(Key), input(ApplicationInput), wake
    }

    /// What may happen, by a letter; digits are themselves.
    static let steps: [Character: Step] = [
        "!": .key(.ok), "c": .key(.clear), "x": .key(.cancel), "u": .key(.up), "f": .key(.function(1)),
        "a": .key(.character("a")), "é": .key(.character("é")), "w": .wake,
        "Q": .input(.code(ScannedInvoice(invoice: invoice(), tip: nil))),
        "Z": .input(.code(ScannedInvoice(invoice: invoice(amount: 0), tip: nil))),
        "V": .input(.code(ScannedInvoice(invoice: invoice(), tip: .prompt))),
        "F": .input(.code(ScannedInvoice(invoice: invoice(), tip: .fixed(250)))),
        "R": .input(.code(ScannedInvoice(invoice: invoice(), tip: .percent(1050)))),
        "Y": .input(.code(ScannedInvoice(invoice: invoice(amount: 0), tip: .percent(9999)))),
        "L": .input(.code(ScannedInvoice(invoice: invoice(amount: WireLimits.amount), tip: .fixed(1)))),
        "K": .input(.card(card)), "G": .input(.card(otherCard)), "T": .input(.trouble(trouble)),
        "*": .input(.pinProgress(3)), "+": .input(.pinProgress(12)), "-": .input(.pinProgress(0)),
        "E": .input(.pinEntered), "X": .input(.pinTrouble(.cancelled)), "M": .input(.pinTrouble(.timeout)),
        "N": .input(.pinTrouble(.noKey)), "B": .input(.pinTrouble(.noAccount)),
        "A": .input(.payment(.approved(reference: "632714000217", approval: "A1B2C3"))),
        "D": .input(.payment(.declined(reason: "Insufficient funds"))),
        "P": .input(.payment(.needsMore(.pin))), "O": .input(.payment(.needsMore(.code))),
        "I": .input(.payment(.needsMore(.identifier))),
    ]

    static func take(_ letter: Character, on payment: inout Payment) -> Turn {
        var turn = Turn(now: Clock.now())
        switch steps[letter] ?? .key(.digit(UInt8(letter.wholeNumberValue ?? 255))) {
        case .key(let key): payment.handle(key, turn: &turn)
        case .input(let input): payment.take(input, turn: &turn)
        case .wake: payment.wake(turn: &turn)
        }
        return turn
    }

    /// Plays the letters until there is an outcome.
    static func play(
        _ letters: String, on payment: inout Payment, _ each: (borrowing Payment, Turn) -> Void = { _, _ in }
    ) -> Outcome? {
        for letter in letters {
            let turn = take(letter, on: &payment)
            each(payment, turn)
            if let outcome = turn.outcome { return outcome }
        }
        return nil
    }

    static func drawn(_ payment: borrowing Payment) throws -> Picture {
        var canvas = try Canvas(size: payment.layout.size)
        payment.draw(into: &canvas, damage: canvas.size.bounds)
        return canvas.picture()
    }

    /// A way into every state.
    static let states: [(name: String, start: Start, letters: String)] = [
        ("scanning", .nothing, ""), ("scanning-trouble", .nothing, "T"), ("scanning-too-much", .nothing, "L"),
        ("pricing", .nothing, "Z"), ("pricing-typed", .nothing, "Z1250"), ("pricing-nothing", .nothing, "Z!"),
        ("pricing-too-much", .amount, "9999999999999"), ("tipping", .nothing, "V"), ("tipping-typed", .nothing, "V310"),
        ("presenting", .card, ""), ("presenting-tip", .nothing, "F"), ("presenting-trouble", .card, "T"),
        ("entering", .code, ""), ("entering-stars", .code, "12"), ("entering-incomplete", .code, "12!"),
        ("entering-wrong", .code, "9999!"), ("entering-trouble", .code, "12T"),
        ("confirming-stored", .storedAlone, ""), ("confirming-trouble", .storedAlone, "T"),
        ("confirming-card", .card, "K"), ("confirming-other", .card, "G"), ("processing", .code, "1234!"),
        ("processing-answered", .card, "K!A"), ("processing-long", .card, "K!w"), ("pin", .card, "K!Pw"),
        ("pin-stars", .card, "K!Pw*"), ("pin-full", .card, "K!Pw+"), ("code", .card, "K!Ow"),
        ("code-typed", .card, "K!Ow4711"), ("code-full", .card, "K!Ow123456789"), ("identifier", .card, "K!Iw"),
        ("identifier-typed", .card, "K!Iw19a"), ("identifier-full", .card, "K!Iw" + String(repeating: "8a", count: 21)),
        ("receipt", .card, "K!Aw"), ("receipt-stored", .storedAlone, "!Aw"), ("declined", .card, "K!Dw"),
        ("declined-code", .code, "9999!9999!9999!"), ("needs-more", .card, "K!PwN"), ("cancelled", .card, "K!PwX"),
        ("failed", .card, "K!ww"),
    ]
}
