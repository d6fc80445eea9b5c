import Drawing
import Glibc
import Pictures
import Testing
import WalletScreens

@Suite struct `The look of the wallet` {
    @Test(arguments: `The wallet's pictures`.sizes)
    func `everything stands inside the picture and nothing on top of another`(_ size: PixelSize) {
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
        #expect(layout.cells[0].intersection(layout.notes).isEmpty)
        #expect(layout.card.contains(layout.notes) && layout.card.contains(layout.amountEntry))
        for slots in [layout.pinSlots, layout.codeSlots] {
            for (index, slot) in slots.enumerated() {
                #expect(layout.fieldText.contains(slot))
                #expect(slot.contains(layout.star(in: slot)))
                if index > 0 { #expect(slots[index - 1].intersection(slot).isEmpty) }
            }
        }
    }

    @Test func `text and ground differ by 7 to 1 or more`() {
        for (text, ground) in WalletPalette.pairs {
            #expect(contrast(text, ground) >= 7, "\(hex(text)) on \(hex(ground))")
        }
    }

    /// The pairs are not a promise of their own: whatever a state draws large areas in is among their grounds.
    @Test func `the grounds that are drawn are those whose contrast is known`() throws {
        let grounds = Set(WalletPalette.pairs.map(\.ground)).union([
            WalletPalette.page, WalletPalette.ink, WalletPalette.onPanel, WalletPalette.mint,
        ])
        for (name, start, letters) in Payments.states {
            var payment = start.payment()
            _ = Payments.play(letters, on: &payment)
            let picture = try Payments.drawn(payment)
            var counts: [Colour: Int] = [:]
            for pixel in picture.pixels { counts[Colour(argb: pixel), default: 0] += 1 }
            for (colour, count) in counts where count > 2000 {
                #expect(grounds.contains(colour), "\(hex(colour)) in \(name)")
            }
        }
    }

    @Test func `the answers differ at a glance`() throws {
        var answers: [Colour] = []
        for letters in ["K!Aw", "K!Dw", "K!PwN", "K!ww"] {
            var payment = Payments.Start.card.payment()
            _ = Payments.play(letters, on: &payment)
            let picture = try Payments.drawn(payment)
            let card = payment.layout.card
            let middle = card.x + card.width / 2
            // The ground beside the sign, and the sign's disc.
            var counts: [Colour: Int] = [:]
            for y in card.y..<card.y + card.height / 2 { counts[picture[middle, y], default: 0] += 1 }
            answers += counts.filter { $0.value > 5 && ![WalletPalette.onPanel, WalletPalette.ink].contains($0.key) }
                .sorted { $0.value > $1.value }.prefix(2).map(\.key)
        }
        #expect(Set(answers).count == 8, "sign and ground of each answer are their own: \(answers.map(hex))")
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
