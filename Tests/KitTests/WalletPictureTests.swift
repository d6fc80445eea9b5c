import Drawing
import Glibc
import Kit
import LinuxBase
import Measurements
import Pictures
import Testing
import WalletScreens
import Wire

@Suite struct `The wallet's pictures` {
    static let sizes = [
        PixelSize(width: 800, height: 448), PixelSize(width: 480, height: 272), PixelSize(width: 1280, height: 768),
        PixelSize(width: 320, height: 208), PixelSize(width: 801, height: 449),
    ]

    /// Through every state that there is, and every input that changes one.
    static let walks: [(Payments.Start, String)] =
        Payments.states.map { ($0.start, $0.letters) } + [
            (.code, "1!2c1234!Aww"), (.code, "9999!T12c34!1234!9999!w"), (.code, "12KG!Pw*+*-+EOw12c471199999!Aww"),
            (.nothing, "TLTV31c25!TK!Iwa1c1234567890123456789012345678901234567890c!1!wDw"),
            (.amount, "!12c!5!TK!PwXw"), (.card, "K!Ow47x"), (.code, "12x"),
        ]

    @Test(arguments: sizes) func `redrawing the damage gives the same picture as drawing it all`(_ size: PixelSize)
        throws
    {
        var random = Seeded(state: UInt64(size.width))
        let letters = Payments.steps.keys.sorted() + Array("12345678901234567890!!!!wwwwKKPPOIEE")
        let wild = (0..<6).map { _ in
            (
                Payments.Start.allCases.randomElement(using: &random)!,
                String((0..<40).map { _ in letters.randomElement(using: &random)! })
            )
        }
        for (start, walk) in Self.walks + wild {
            var payment = start.payment(size: size)
            var screen = try Canvas(size: size)
            payment.draw(into: &screen, damage: size.bounds)
            var before = screen.picture()
            for (index, letter) in walk.enumerated() {
                let damage = Payments.take(letter, on: &payment).damage
                #expect(size.bounds.contains(damage))
                screen.clipped(to: damage) { payment.draw(into: &$0, damage: damage) }
                let partial = screen.picture()
                var fresh = try Canvas(size: size, fill: Colour(argb: 0xFFFF_00FF))
                payment.draw(into: &fresh, damage: size.bounds)
                #expect(partial == fresh.picture(), "after \(index): \(letter) of \(start) \(walk)")
                #expect(damage.contains(changed(before, partial)), "nothing changes outside the damage")
                before = partial
            }
        }
    }

    /// Pictures for people: `VITRINE_WRITE_WALLET=folder` writes one of each state in three sizes.
    @Test func `every state has a picture of its own`() throws {
        let folder = unsafe getenv("VITRINE_WRITE_WALLET").map { unsafe String(cString: $0) }
        for (width, height) in [(480, 272), (800, 448), (1920, 1048)] {
            var seen: [(picture: Picture, group: String)] = []
            for (name, start, letters) in Payments.states {
                var payment = start.payment(size: PixelSize(width: width, height: height))
                _ = Payments.play(letters, on: &payment)
                let picture = try Payments.drawn(payment)
                // These three wait behind one picture.
                let group = name.hasPrefix("processing") ? "processing" : name
                let same = seen.filter { $0.picture == picture }.map(\.group)
                #expect(same.allSatisfy { $0 == group }, "\(name) looks like \(same)")
                seen.append((picture, group))
                if let folder { try Artwork.writePNG(picture, to: "\(folder)/\(width)-\(name).png") }
            }
        }
    }

    /// The longest that comes from outside: none of it may be drawn over its neighbours or out of its card.
    @Test(arguments: sizes) func `long words stay where they belong`(_ size: PixelSize) throws {
        let long = String(repeating: "Wörterbuch ", count: 23)
        var request = Payments.request(size: size, data: [:])
        request.invoice = Invoice(
            merchant: long, account: String(repeating: "M", count: 64), identifier: String(repeating: "W", count: 64),
            amount: WireLimits.amount, currency: "MWM")
        let account = AccountView(
            masked: String(repeating: "9", count: 64), label: String(long.prefix(40)), expiry: nil)
        request.account = account
        let answers: [PaymentAnswer] = [
            .declined(reason: long), .approved(reference: String(long.prefix(50)), approval: String(long.prefix(50))),
        ]
        for answer in answers {
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: request, random: 7, turn: &turn)
            payment.take(.trouble(long), turn: &turn)
            for step in 0..<3 {
                let picture = try Payments.drawn(payment)
                let layout = payment.layout
                for y in 0..<size.height {
                    #expect(picture[size.width - 1, y] == WalletPalette.page)
                    #expect(picture[layout.panel.maxX + 1, y] == WalletPalette.page, "between panel and card")
                }
                if step == 0 { payment.handle(.ok, turn: &turn) }
                if step == 1 {
                    payment.take(.payment(answer), turn: &turn)
                    payment.wake(turn: &turn)
                }
            }
        }
    }

    @Test(arguments: sizes) func `a star fills its place and stays inside it`(_ size: PixelSize) throws {
        var payment = Payments.Start.code.payment(size: size)
        let empty = try Payments.drawn(payment)
        for index in 0..<4 {
            let before = try Payments.drawn(payment)
            _ = Payments.play("7", on: &payment)
            let area = changed(before, try Payments.drawn(payment))
            let place = payment.layout.stars[index]
            #expect(place.contains(area))
            #expect(area.height * 10 > place.height * 7, "it can be seen: \(area) in \(place)")
        }
        _ = Payments.play("c", on: &payment)
        #expect(try Payments.drawn(payment) == empty)
    }

    @Test(arguments: sizes) func `a digit of the PIN changes one star`(_ size: PixelSize) throws {
        var payment = Payments.Start.card.payment(size: size)
        _ = Payments.play("K!Pw", on: &payment)
        for count in 1...12 {
            let before = try Payments.drawn(payment)
            var turn = Turn(now: Clock.now())
            payment.take(.pinProgress(UInt64(count)), turn: &turn)
            let place = payment.layout.star(in: payment.layout.pinSlots[count - 1])
            #expect(turn.damage == place)
            let area = changed(before, try Payments.drawn(payment))
            #expect(place.contains(area) && area.height * 10 > place.height * 7)
        }
        var turn = Turn(now: Clock.now())
        payment.take(.pinProgress(.max), turn: &turn)
        #expect(turn.damage.isEmpty, "there are no more stars")
    }

    @Test func `the digits cannot be told from the picture`() throws {
        for (start, one, other) in [
            (Payments.Start.code, "1234", "9080"), (.card, "K!Ow12347", "K!Ow98097"),
        ] {
            var first = start.payment()
            var second = start.payment()
            _ = Payments.play(one, on: &first)
            _ = Payments.play(other, on: &second)
            #expect(try Payments.drawn(first) == Payments.drawn(second))
        }
    }
}
