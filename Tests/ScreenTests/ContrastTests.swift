import Correspondence
import Hold
import Legibility
import Pictures
import Testing

@Suite struct ContrastTests {
    /// What letters stand on. (Ink that is the ground's colour, as of a sign on a bright disc, makes the disc the mark.)
    private static let grounds: Set<Colour> = Set([Theme.ground, Theme.card, Theme.cardEdge, Theme.strip])
        .union(Stage.applications.map { Colour(argb: $0.accent).asGround })

    @Test(arguments: Stage.sizes, TypeSize.allCases)
    func `each letter and sign that is drawn stands out by 7 to 1`(size: PixelSize, type: TypeSize) throws {
        let gallery = try Gallery(size: size, type, hasLogos: false)
        var (count, least) = (0, 21.0)
        for (name, picture) in gallery.pictures + gallery.keypads {
            let marks = Legibility.marks(in: picture, grounds: Self.grounds)
            #expect(marks.count > 12, "\(name) shows something")
            for mark in marks {
                count += 1
                // A full stop in small type can lie across four pixels and fill none: its ink is that of its neighbours.
                guard mark.pixels > 12 else { continue }
                least = min(least, mark.contrast)
                if mark.contrast < 7 {
                    Issue.record("\(name): \(mark.contrast) at \(mark.area), \(mark.strongest) on \(mark.ground)")
                }
            }
        }
        print("contrast at \(size), \(type): \(count) marks, least \((least * 100).rounded() / 100)")
    }

    @Test func `the measure finds what cannot be read`() throws {
        let gallery = try Gallery(size: Stage.sizes[0])
        for (ink, isLegible) in [(Theme.quiet, true), (Colour(argb: 0xFF6B_7A92), false), (Theme.cardEdge, false)] {
            var picture = Picture(size: PixelSize(width: 200, height: 40), fill: Theme.ground)
            gallery.type.draw("Amount", .body, in: &picture, x: 4, y: 4, width: 190, colour: ink)
            let marks = Legibility.marks(in: picture, grounds: [Theme.ground])
            #expect(marks.count == 6)
            #expect(marks.allSatisfy { ($0.contrast >= 7) == isLegible })
        }
        // An edge between two grounds is no mark, whatever it is like.
        var card = Picture(size: PixelSize(width: 60, height: 60), fill: Theme.ground)
        KeypadLayout(area: card.size.bounds, purpose: .pin)?.places.forEach { card.fill($0.area, with: Theme.card) }
        #expect(Legibility.marks(in: card, grounds: Self.grounds).isEmpty)
    }

    @Test func `every colour of text stands out from every ground it is used on`() {
        #expect(abs(Legibility.contrast(Colour(argb: 0xFFFF_FFFF), Colour(argb: 0xFF00_0000)) - 21) < 1e-9)
        let texts = [Theme.text, Theme.quiet, Theme.caution, Theme.notice, Theme.good, Theme.bad]
        for ground in [Theme.ground, Theme.card, Theme.strip] {
            for text in texts { #expect(Legibility.contrast(text, ground) >= 7, "\(text) on \(ground)") }
        }
        // Signs on discs and keys, and what a touched key's digit stands on.
        for disc in [Theme.good, Theme.bad, Theme.notice, Theme.quiet, Theme.caution, KeypadPanel.cancel] {
            #expect(Legibility.contrast(Theme.ground, disc) >= 7, "\(disc)")
        }
        #expect(Legibility.contrast(Theme.text, Theme.cardEdge) >= 7)
    }

    @Test func `the screens' own measure of contrast is that of the standard`() {
        for red in stride(from: UInt8(0), through: 255, by: 15) {
            for green in stride(from: UInt8(0), through: 255, by: 15) {
                for blue in stride(from: UInt8(0), through: 255, by: 51) {
                    let colour = Colour(red: red, green: green, blue: blue)
                    #expect(abs(colour.luminance - Legibility.luminance(colour)) < 1e-9)
                }
            }
        }
        #expect(abs(Theme.quiet.contrast(with: Theme.ground) - Legibility.contrast(Theme.quiet, Theme.ground)) < 1e-6)
    }

    @Test func `any application's colour becomes a ground on which its letter stands out, and near it`() {
        for red in stride(from: UInt8(0), through: 255, by: 17) {
            for green in stride(from: UInt8(0), through: 255, by: 17) {
                for blue in stride(from: UInt8(0), through: 255, by: 51) {
                    let accent = Colour(red: red, green: green, blue: blue)
                    let ground = accent.asGround
                    let best = max(
                        Legibility.contrast(ground, Theme.text), Legibility.contrast(ground, Theme.ground))
                    #expect(best >= 7, "\(accent)")
                    let had = max(
                        Legibility.contrast(accent, Theme.text), Legibility.contrast(accent, Theme.ground))
                    if had >= 7 { #expect(ground == accent, "what was fine is left") }
                }
            }
        }
    }
}
