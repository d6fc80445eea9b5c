import Drawing
import Glibc
import Kit
import LinuxBase
import Pictures
import Testing
import WalletScreens
import Wire

@Suite struct `The wallet's pictures` {
    static let sizes = [
        PixelSize(width: 800, height: 448), PixelSize(width: 480, height: 240), PixelSize(width: 1280, height: 768),
        PixelSize(width: 320, height: 208), PixelSize(width: 801, height: 449),
    ]

    @Test(arguments: sizes) func `redrawing the damage gives the same picture as drawing it all`(_ size: PixelSize)
        throws
    {
        for keys in ["1!2c1234!ww", "9999!12c34!1234!9999!w", "12x"] {
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: Payments.request(size: size), random: 7, turn: &turn)
            var screen = try Canvas(size: size)
            payment.draw(into: &screen, damage: size.bounds)
            var before = screen.picture()
            for key in keys {
                var damage = Rectangle.empty
                _ = Payments.play(String(key), on: &payment) { _, turn in damage = turn.damage }
                #expect(size.bounds.contains(damage))
                screen.clipped(to: damage) { payment.draw(into: &$0, damage: damage) }
                let partial = screen.picture()
                var fresh = try Canvas(size: size, fill: Colour(argb: 0xFFFF_00FF))
                payment.draw(into: &fresh, damage: size.bounds)
                #expect(partial == fresh.picture(), "after \(key) of \(keys)")
                #expect(damage.contains(changed(before, partial)), "nothing changes outside the damage")
                before = partial
            }
        }
    }

    @Test(arguments: sizes) func `a star fills its place and stays inside it`(_ size: PixelSize) throws {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: Payments.request(size: size), random: 7, turn: &turn)
        let empty = try drawn(payment)
        for index in 0..<4 {
            let before = try drawn(payment)
            _ = Payments.play("7", on: &payment)
            let area = changed(before, try drawn(payment))
            let place = payment.layout.stars[index]
            #expect(place.contains(area))
            #expect(area.height * 10 > place.height * 7, "it can be seen: \(area) in \(place)")
        }
        _ = Payments.play("c", on: &payment)
        #expect(try drawn(payment) == empty)
    }

    @Test func `the digits cannot be told from the picture`() throws {
        var turn = Turn(now: Clock.now())
        var one = Payment(request: Payments.request(), random: 7, turn: &turn)
        var other = Payment(request: Payments.request(), random: 7, turn: &turn)
        _ = Payments.play("1234", on: &one)
        _ = Payments.play("9080", on: &other)
        #expect(try drawn(one) == drawn(other))
    }

    @Test(arguments: sizes) func `everything stands inside the picture and nothing on top of another`(_ size: PixelSize)
    {
        let layout = WalletLayout(size: size)
        let column = [layout.amount, layout.merchant]
        for part in column {
            #expect(layout.panel.contains(part))
            #expect(!part.isEmpty)
        }
        #expect(layout.amount.intersection(layout.merchant).isEmpty)
        #expect(layout.panel.intersection(layout.card).isEmpty)
        #expect(size.bounds.contains(layout.card))
        for (cell, star) in zip(layout.cells, layout.stars) {
            #expect(layout.card.contains(cell))
            #expect(cell.contains(star))
            #expect(star.width >= 14, "a star that can be seen")
        }
        for index in 1..<4 { #expect(layout.cells[index - 1].intersection(layout.cells[index]).isEmpty) }
        #expect(layout.cells[0].intersection(layout.note).isEmpty)
        #expect(layout.card.contains(layout.note))
    }

    @Test func `text and ground differ by 7 to 1 or more`() {
        for (text, ground) in WalletPalette.pairs {
            #expect(contrast(text, ground) >= 7, "\(hex(text)) on \(hex(ground))")
        }
    }

    @Test func `the three answers differ at a glance`() throws {
        var answers: [Colour] = []
        for amount: UInt64 in [2490, 60_000, 200_000] {
            var turn = Turn(now: Clock.now())
            var payment = Payment(request: Payments.request(amount: amount), random: 7, turn: &turn)
            _ = Payments.play("1234!w", on: &payment)
            let picture = try drawn(payment)
            let card = payment.layout.card
            var counts: [Colour: Int] = [:]
            for x in card.x..<card.maxX { counts[picture[x, card.y + card.height / 3], default: 0] += 1 }
            let common = counts.sorted { $0.value > $1.value }.prefix(2).map(\.key)
            answers += common
        }
        #expect(Set(answers).count == 6, "icon and ground of each answer are their own: \(answers.map(hex))")
    }

    private func drawn(_ payment: borrowing Payment) throws -> Picture {
        var canvas = try Canvas(size: payment.layout.size)
        payment.draw(into: &canvas, damage: canvas.size.bounds)
        return canvas.picture()
    }

    private func hex(_ colour: Colour) -> String { String(colour.argb & 0xFF_FFFF, radix: 16) }
}

/// WCAG 2.1, relative luminance and contrast ratio.
func contrast(_ a: Colour, _ b: Colour) -> Double {
    func linear(_ value: UInt8) -> Double {
        let c = Double(value) / 255
        return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
    }
    func luminance(_ c: Colour) -> Double {
        0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue)
    }
    let (x, y) = (luminance(a), luminance(b))
    return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

/// The smallest rectangle that holds all pixels in which two pictures of one size differ.
func changed(_ a: Picture, _ b: Picture) -> Rectangle {
    var result = Rectangle.empty
    for y in 0..<a.size.height {
        for x in 0..<a.size.width where a.pixels[y * a.size.width + x] != b.pixels[y * a.size.width + x] {
            result = result.union(Rectangle(x: x, y: y, width: 1, height: 1))
        }
    }
    return result
}
