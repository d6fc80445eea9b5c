import Correspondence
import Drawing
import Hold
import Pictures
import Testing

@Suite struct LargeTypeTests {
    @Test(arguments: Stage.sizes, TypeSize.allCases)
    func `no text of any screen is cut off at its end or at the picture's`(size: PixelSize, type: TypeSize) throws {
        let sheets = try Stage.typesetter(for: size, type)
        // The same sheets with an ellipsis that cannot be seen: a picture that changes has one.
        let blind = Typesetter(small: sheets.small.blind, body: sheets.body.blind, title: sheets.title.blind)
        let gallery = try Gallery(size: size, type, sheets: sheets)
        let other = try Gallery(size: size, type, sheets: blind)
        let stream = gallery.layout.stream
        for ((name, picture), (_, without)) in zip(gallery.pictures, other.pictures) {
            // A status such as "Connecting…" ends with one of its own; a long title in the strip is also on the screen.
            let hasOwn = ["hold", "hold-icon", "hold-letter"].contains(name)
            let (seen, blind) = (picture.cropped(to: stream), without.cropped(to: stream))
            if !hasOwn { #expect(seen == blind, "\(name) has an ellipsis") }
            let edge = (0..<stream.width).filter {
                seen[$0, 0] != Theme.ground || seen[$0, stream.height - 1] != Theme.ground
            }
            #expect(edge.isEmpty, "\(name) touches the edge")
            let sides = (0..<stream.height).filter {
                seen[0, $0] != Theme.ground || seen[stream.width - 1, $0] != Theme.ground
            }
            #expect(sides.isEmpty, "\(name) touches a side")
        }
    }

    @Test func `the measure finds an ellipsis`() throws {
        let size = Stage.sizes[0]
        let sheets = try Stage.typesetter(for: size)
        let blind = Typesetter(small: sheets.small.blind, body: sheets.body.blind, title: sheets.title.blind)
        var pictures: [Picture] = []
        for type in [sheets, blind] {
            let title = String(repeating: "No such title fits ", count: 20)
            let hold = HoldScreen(title: title, logo: nil, accent: Theme.card, size: size, type: type)
            var whole = hold
            whole.status = "On the way"
            pictures.append(whole.picture(size: size))
        }
        #expect(pictures[0] != pictures[1])
    }

    @Test(arguments: Stage.sizes) func `large type is larger by a quarter at least, and its records are of their own`(
        size: PixelSize
    ) throws {
        let (regular, large) = (GlyphSizes(for: size), GlyphSizes(for: size, type: .large))
        #expect(large.small * 4 >= regular.small * 5 && large.body * 4 >= regular.body * 5)
        #expect(large.title * 4 >= regular.title * 5)
        // 24 px at 96 dpi is what WCAG calls large (18 pt); no small screen goes far below.
        #expect(large.small >= 20 && large.body >= 23)
        let type = try Stage.typesetter(for: size, .large)
        #expect(type.lineHeight(.small) < ScreenLayout.stripHeight(.large, on: size), "the strip holds its letters")
        #expect(TypeSize.regular.record("body") == "glyphs/body")
        #expect(TypeSize.large.record("body") == "glyphs/large-body")
    }

    @Test func `where large titles do not fit a page there are fewer, and digits still launch what they show`() throws {
        let gallery = try Gallery(size: Stage.sizes[1], .large)
        var home = gallery.home(10)
        #expect(home.pageCount > 2)
        var found: [String] = []
        for page in 0..<home.pageCount {
            home.page = page
            for digit in UInt8(1)...9 { home.application(forDigit: digit).map { found.append($0) } }
        }
        #expect(found == Stage.applications.map(\.id))
        #expect(try Gallery(size: Stage.sizes[3], .large).home(9).pageCount == 1)
    }

    /// A grant of 8 MB holds up to 4 MB of logos as well.
    @Test(arguments: [(480, 272), (1920, 1080), (1920, 1200), (2160, 1440), (2560, 1440), (3840, 2160), (4096, 4096)])
    func `the sheets of both sizes are within what a grant has for them`(width: Int, height: Int) throws {
        let screen = PixelSize(width: width, height: height)
        let sheets = GlyphSizes.sheets(for: screen)
        let sizes = TypeSize.allCases.map { GlyphSizes(for: screen, type: $0) }
        #expect(sizes[1].small > sizes[0].small && sizes[1].body * 5 >= sizes[0].body * 6)
        #expect(sizes[1].title >= sizes[0].title)
        // Each style of large type has a sheet of its own, or is as large as the regular one.
        let names = Set(sheets.map(\.record))
        #expect(names.isSuperset(of: ["glyphs/small", "glyphs/body", "glyphs/title", "glyphs/large-body"]))
        #expect(TypeSize.large.record("body", among: names) == "glyphs/large-body")
        let title = TypeSize.large.record("title", among: names)
        #expect(sheets.first { $0.record == title }?.pixels == sizes[1].title)
        #expect(TypeSize.large.record("body", among: ["glyphs/body"]) == "glyphs/body", "enrolled before")
        var bytes = 0
        for sheet in sheets {
            let made = try Artwork.glyphSheet(
                family: "Inter", pixelSize: sheet.pixels, weight: sheet.weight, scalars: GlyphSizes.scalars)
            bytes += made.encoded().count
        }
        print("glyph sheets of both sizes at \(screen): \(bytes) bytes in \(sheets.count)")
        #expect(bytes < 4_300_000)
    }
}

extension GlyphSheet {
    fileprivate var blind: GlyphSheet {
        var copy = self
        if let glyph = glyphs["…"] {
            copy.glyphs["…"] = Glyph(
                size: PixelSize(width: 0, height: 0), left: 0, top: 0, advance: glyph.advance, coverage: [])
        }
        return copy
    }
}
