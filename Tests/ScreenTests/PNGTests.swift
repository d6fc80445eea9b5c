import Drawing
import LinuxBase
import PNG
import Pictures
import Testing

@Suite struct PNGTests {
    /// Read back by libpng (through Cairo), which is not what wrote it.
    private func roundTrip(_ picture: Picture, withAlpha: Bool) throws -> Picture {
        let folder = try Folder()
        let path = folder.path + "/picture.png"
        try Files.replace(path, with: try picture.png(withAlpha: withAlpha))
        return try Artwork.picture(png: path)
    }

    private func noise(_ width: Int, _ height: Int, alpha: UInt32) -> Picture {
        var state: UInt32 = 12345
        let pixels = (0..<width * height).map { _ -> UInt32 in
            state = state &* 1_664_525 &+ 1_013_904_223
            return state >> 8 | alpha << 24
        }
        return Picture(size: PixelSize(width: width, height: height), pixels: pixels)
    }

    @Test(arguments: [(1, 1), (1, 7), (7, 1), (33, 17), (800, 480)])
    func `another reader finds the same pixels`(width: Int, height: Int) throws {
        let picture = noise(width, height, alpha: 255)
        #expect(try roundTrip(picture, withAlpha: false) == picture)
    }

    @Test func `alpha is kept when it is wanted`() throws {
        var picture = noise(16, 16, alpha: 255)
        for x in 0..<16 { picture[x, 3] = Colour(argb: 0) }
        #expect(try roundTrip(picture, withAlpha: true)[5, 3].alpha == 0)
        #expect(try roundTrip(picture, withAlpha: true)[5, 4] == picture[5, 4])
        #expect(try roundTrip(picture, withAlpha: false)[5, 3].alpha == 255)
    }

    @Test func `the chunks are those of the specification, with the sums it wants`() throws {
        let file = try Picture(size: PixelSize(width: 2, height: 1), fill: Colour(argb: 0xFF01_0203)).png()
        #expect(file.prefix(8).elementsEqual([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        #expect(
            file[8..<29].elementsEqual([0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
        // CRC-32 of an empty IEND (ISO/IEC 15948 annex D).
        #expect(file.suffix(12).elementsEqual([0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]))
    }

    @Test func `a picture without pixels is refused`() {
        #expect(throws: PNGError.size(PixelSize(width: 0, height: 4))) {
            try Picture(size: PixelSize(width: 0, height: 4), pixels: []).png()
        }
    }
}
