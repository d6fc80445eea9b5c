import Drawing
import Glibc
import LinuxBase
import Pictures
import Testing

@Suite struct `Artwork for places without a drawing library` {
    @Test func `a picture survives its PNG file, alpha included`() throws {
        let folder = try TemporaryFolder()
        var picture = Picture(size: PixelSize(width: 17, height: 9), fill: Colour(argb: 0))
        picture[3, 4] = Colour(argb: 0xFF12_3456)
        picture[16, 8] = Colour(argb: 0xFFFF_FFFF)
        picture[0, 8] = Colour(argb: 0x80FF_0000)
        let path = folder.path + "/a.png"
        try Artwork.writePNG(picture, to: path)
        #expect(try Artwork.picture(png: path) == picture)
    }

    @Test func `scaling keeps flat colours and alpha`() throws {
        let flat = Picture(size: PixelSize(width: 64, height: 64), fill: Colour(argb: 0xFF0B_6E4F))
        for side in [16, 48, 100] {
            let size = PixelSize(width: side, height: side)
            #expect(Artwork.scaled(flat, to: size) == Picture(size: size, fill: Colour(argb: 0xFF0B_6E4F)))
        }
        let clear = Picture(size: PixelSize(width: 64, height: 64), fill: Colour(argb: 0))
        #expect(Artwork.scaled(clear, to: PixelSize(width: 9, height: 5)).pixels.allSatisfy { $0 == 0 })
    }

    /// One table: what is wrong with the file, its bytes.
    static func broken() throws -> [(String, [UInt8])] {
        let folder = try TemporaryFolder()
        let path = folder.path + "/good.png"
        try Artwork.writePNG(Picture(size: PixelSize(width: 40, height: 40)), to: path)
        let good = try Files.read(path, limit: 1 << 16)
        func with(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
            var bytes = good
            change(&bytes)
            return bytes
        }
        return [
            ("empty", []), ("only a signature", Array(good[..<8])), ("cut", Array(good.dropLast(30))),
            ("another format", Array("GIF89a".utf8) + good), ("wider than the limit", with { $0[18] = 0xFF }),
            ("no height", with { $0.replaceSubrange(20..<24, with: [0, 0, 0, 0]) }),
            ("a flipped bit in the picture", with { $0[$0.count - 20] ^= 0x10 }),
        ]
    }

    @Test func `what is no sound picture is refused`() throws {
        let folder = try TemporaryFolder()
        for (name, bytes) in try Self.broken() {
            let path = folder.path + "/x.png"
            try Files.replace(path, with: bytes)
            #expect(throws: DrawingError.self, "\(name)") { _ = try Artwork.picture(png: path).size }
        }
        #expect(throws: DrawingError.self) { try Artwork.picture(png: folder.path + "/none.png") }
    }

    static let scalars = (0x20...0x7E).compactMap { Unicode.Scalar($0) } + ["é", "…", "€"]

    @Test func `a glyph sheet has the letters asked for, in greys, on one baseline`() throws {
        let sheet = try Artwork.glyphSheet(family: "Inter", pixelSize: 18, weight: 500, scalars: Self.scalars) {
            Issue.record("\($0)")
        }
        #expect(sheet.glyphs.count == Self.scalars.count)
        #expect((18...26).contains(sheet.lineHeight))
        for (scalar, glyph) in sheet.glyphs {
            #expect(glyph.advance > 0)
            if scalar != " " { #expect(glyph.coverage.contains { $0 > 200 }, "\(scalar) can be seen") }
            #expect(glyph.top <= sheet.ascent + 2 && glyph.size.height - glyph.top <= sheet.descent + 2)
        }
        let letter = try #require(sheet.glyphs["H"])
        #expect(letter.top == letter.size.height, "H stands on the baseline")
        #expect(try #require(sheet.glyphs["g"]).size.height > #require(sheet.glyphs["g"]).top, "g goes below it")
        #expect(sheet.glyphs["o"]?.coverage.contains { $0 > 20 && $0 < 235 } == true, "grey edges")
        #expect(sheet.glyphs[" "]?.size.area == 0)
    }

    @Test func `the mask of a glyph is not cut`() throws {
        let sheet = try Artwork.glyphSheet(family: "Inter", pixelSize: 40, weight: 700, scalars: ["W", "j", "Å", "@"])
        for (scalar, glyph) in sheet.glyphs {
            var canvas = try Canvas(size: PixelSize(width: 120, height: 120), fill: Colour(argb: 0xFFFF_FFFF))
            let empty = canvas.picture()
            canvas.draw(
                String(scalar), TextStyle(weight: 700, size: 40), Colour(argb: 0xFF00_0000), x: 40, baseline: 70)
            let area = changed(empty, canvas.picture())
            let mask = Rectangle(
                x: 40 + glyph.left, y: 70 - glyph.top, width: glyph.size.width, height: glyph.size.height)
            #expect(mask.contains(area), "\(scalar): \(area) in \(mask)")
        }
    }

    @Test func `a family that is not installed is replaced, and said`() throws {
        var notes: [String] = []
        let sheet = try Artwork.glyphSheet(
            family: "No Such Family", pixelSize: 16, weight: 400, scalars: ["a"], note: { notes.append($0) })
        #expect(sheet.glyphs["a"] != nil)
        #expect(notes == ["font No Such Family is not installed: DejaVu Sans stands in"])
        #expect(Artwork.isInstalled(family: "DejaVu Sans"))
        #expect(!Artwork.isInstalled(family: "No Such Family"))
    }

    @Test func `letters that the font lacks are left out`() throws {
        let sheet = try Artwork.glyphSheet(family: "Inter", pixelSize: 16, weight: 400, scalars: ["a", "\u{F8FE}"])
        #expect(Set(sheet.glyphs.keys) == ["a"])
    }
}

/// A folder that goes away with the value.
final class TemporaryFolder: Sendable {
    let path: String
    init() throws {
        var template = Array("/tmp/vitrine-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    // A folder in /tmp that cannot be removed harms nobody.
    deinit { try? Files.removeTree(path) }
}
