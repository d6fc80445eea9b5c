import Hold
import Pictures
import Testing

/// A font of blocks: every letter of `ABC` is a full square of 8 pixels, the space and the dots are narrow.
private func blocks(ellipsis: Bool = true) -> Typesetter {
    let square = GlyphSheet.Glyph(
        size: PixelSize(width: 8, height: 8), left: 1, top: 8, advance: 640,
        coverage: [UInt8](repeating: 255, count: 64))
    let empty = PixelSize(width: 0, height: 0)
    let space = GlyphSheet.Glyph(size: empty, left: 0, top: 0, advance: 320, coverage: [])
    var glyphs: [Unicode.Scalar: GlyphSheet.Glyph] = ["A": square, "B": square, "C": square, " ": space]
    glyphs["."] = GlyphSheet.Glyph(
        size: PixelSize(width: 2, height: 2), left: 0, top: 2, advance: 192, coverage: [255, 255, 255, 255])
    if ellipsis { glyphs["…"] = square }
    let sheet = GlyphSheet(ascent: 10, descent: 3, glyphs: glyphs)
    return Typesetter(small: sheet, body: sheet, title: sheet)
}

@Suite struct TypesetterTests {
    private let white = Colour(argb: 0xFFFF_FFFF)
    private let type = blocks()

    private func columns(_ picture: Picture) -> [Int] {
        (0..<picture.size.width).filter { x in
            (0..<picture.size.height).contains { picture[x, $0].argb & 0xFF_FFFF != 0 }
        }
    }

    @Test func `glyphs stand on the baseline, one advance apart`() {
        var picture = Picture(size: PixelSize(width: 60, height: 20))
        let area = type.draw("AB", .body, in: &picture, x: 5, y: 3, width: 50, colour: white)
        #expect(area == Rectangle(x: 5, y: 3, width: 20, height: 13))
        #expect(columns(picture) == Array(6..<14) + Array(16..<24))
        #expect(picture[6, 4].argb & 1 == 0 && picture[6, 5] == white && picture[6, 12] == white)
        #expect(picture[6, 13].argb & 1 == 0)
    }

    @Test func `a line keeps to its side or its middle`() {
        for (alignment, first) in [(Typesetter.Alignment.leading, 1), (.centre, 16), (.trailing, 31)] {
            var picture = Picture(size: PixelSize(width: 40, height: 20))
            type.draw("A", .body, in: &picture, x: 0, y: 0, width: 40, alignment: alignment, colour: white)
            #expect(columns(picture).first == first)
        }
    }

    @Test func `what is too long ends with an ellipsis and keeps to its width`() {
        #expect(type.fitted("AAAA", .body, width: 40) == "AAAA")
        #expect(type.fitted("AAAA", .body, width: 39) == "AA…")
        #expect(type.fitted("A AAA", .body, width: 26) == "A…")
        #expect(type.fitted("AAAA", .body, width: 5) == "…")
        #expect(blocks(ellipsis: false).fitted("AAAA", .body, width: 39) == "AAA...")
        for width in 1..<100 {
            var picture = Picture(size: PixelSize(width: 120, height: 20))
            type.draw("AAAAAAAAA", .body, in: &picture, x: 10, y: 0, width: width, colour: white)
            if width >= 10 { #expect((columns(picture).last ?? 0) < 10 + width, "\(width)") }
        }
    }

    @Test func `a scalar without a glyph is a box, not a gap`() {
        var picture = Picture(size: PixelSize(width: 40, height: 20))
        type.draw("語", .body, in: &picture, x: 0, y: 0, width: 40, colour: white)
        let used = columns(picture)
        #expect(used.count == 5 && picture[used[2], 8].argb & 1 == 0, "hollow")
        #expect(type.width(of: "語\u{202E}", .body) == 16)
    }

    @Test func `lines break at spaces, and the last takes the rest`() {
        #expect(type.wrapped("AA BB CC", .body, width: 45, lines: 3) == ["AA BB", "CC"])
        #expect(type.wrapped("AA BB CC", .body, width: 20, lines: 3) == ["AA", "BB", "CC"])
        #expect(type.wrapped("AA BB CC", .body, width: 30, lines: 2) == ["AA", "BB…"])
        #expect(type.wrapped("AAAAAAAA B", .body, width: 30, lines: 2) == ["AA…", "B"])
        #expect(type.wrapped("", .body, width: 30, lines: 2) == [])
        #expect(type.wrapped("  ", .body, width: 30, lines: 2) == [])
    }

    @Test func `nothing is drawn outside the picture`() {
        var picture = Picture(size: PixelSize(width: 12, height: 6))
        for (x, y) in [(-5, -5), (9, 3), (100, 100), (-100, 0)] {
            type.draw("AB語", .body, in: &picture, x: x, y: y, width: 40, colour: white)
        }
        #expect(picture.pixels.count == 72)
    }
}
