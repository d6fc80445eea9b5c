import Pictures
import Testing

@Suite struct PictureTests {
    static let red = Colour(red: 255, green: 0, blue: 0)
    static let blue = Colour(red: 0, green: 0, blue: 255)
    static let size = PixelSize(width: 6, height: 4)

    private func count(_ colour: Colour, in picture: Picture) -> Int {
        picture.pixels.filter { $0 == colour.argb }.count
    }

    @Test func `a colour is alpha, red, green and blue from the top of its word`() {
        let colour = Colour(red: 0x12, green: 0x34, blue: 0x56, alpha: 0x78)
        #expect(colour.argb == 0x7812_3456)
        #expect([colour.alpha, colour.red, colour.green, colour.blue] == [0x78, 0x12, 0x34, 0x56])
    }

    @Test func `coverage mixes from nothing to all`() {
        #expect(Self.red.blended(with: Self.blue, coverage: 0) == Self.red)
        #expect(Self.red.blended(with: Self.blue, coverage: 255) == Self.blue)
        #expect(Self.red.blended(with: Self.blue, coverage: 128) == Colour(red: 127, green: 0, blue: 128))
    }

    @Test func `a fill is cut to the picture`() {
        var picture = Picture(size: Self.size)
        picture.fill(Rectangle(x: -2, y: 2, width: 4, height: 100), with: Self.red)
        #expect(count(Self.red, in: picture) == 4)
        #expect(picture[1, 3] == Self.red && picture[2, 3] != Self.red && picture[1, 1] != Self.red)
        picture.fill(Rectangle(x: 6, y: 0, width: 5, height: 5), with: Self.blue)
        #expect(count(Self.blue, in: picture) == 0)
    }

    @Test func `a copy lands where it is told and is cut on every side`() {
        var stamp = Picture(size: PixelSize(width: 3, height: 3), fill: Self.red)
        stamp[0, 0] = Self.blue
        for (x, y, expected) in [(0, 0, 9), (4, 2, 4), (-1, -1, 4), (-2, 1, 3), (6, 0, 0), (0, -3, 0), (-9, -9, 0)] {
            var picture = Picture(size: Self.size)
            picture.copy(stamp, x: x, y: y)
            #expect(count(Self.red, in: picture) + count(Self.blue, in: picture) == expected, "at \(x), \(y)")
            if x >= 0, y >= 0, x < 6, y < 4 { #expect(picture[x, y] == Self.blue) }
        }
    }

    @Test func `a crop is the picture's own pixels`() {
        var picture = Picture(size: Self.size)
        for y in 0..<4 { for x in 0..<6 { picture[x, y] = Colour(argb: UInt32(10 * y + x)) } }
        let part = picture.cropped(to: Rectangle(x: 4, y: 1, width: 9, height: 2))
        #expect(part == Picture(size: PixelSize(width: 2, height: 2), pixels: [14, 15, 24, 25]))
        #expect(picture.cropped(to: Rectangle(x: 9, y: 9, width: 3, height: 3)).pixels.isEmpty)
    }

    @Test(arguments: [
        PixelSize(width: 800, height: 448), PixelSize(width: 16, height: 16), PixelSize(width: 801, height: 479),
        PixelSize(width: 1920, height: 1080), PixelSize(width: 4096, height: 2),
    ])
    func `the planes of a layout hold whole macroblocks and two rows more, and do not overlap`(size: PixelSize) {
        for alignment in [16, 64, 256] {
            let layout = PlanarLayout(size: size, alignment: alignment)
            #expect(layout.coded.width % 16 == 0 && layout.coded.height % 16 == 0)
            #expect(layout.coded.width - size.width < 16 && layout.coded.height - size.height < 16)
            #expect(layout.lumaStride >= layout.coded.width && layout.lumaStride % alignment == 0)
            #expect(layout.chromaStride >= layout.coded.width / 2 && layout.chromaStride % alignment == 0)
            #expect(layout.uOffset >= layout.lumaStride * (layout.coded.height + 2))
            #expect(layout.vOffset >= layout.uOffset + layout.chromaStride * (layout.coded.height / 2 + 2))
            #expect(layout.byteCount >= layout.vOffset + layout.chromaStride * (layout.coded.height / 2 + 2))
        }
    }

    @Test func `a picture without its number of pixels is a broken invariant`() async {
        await #expect(processExitsWith: .failure) {
            _ = Picture(size: PixelSize(width: 2, height: 2), pixels: [0, 0, 0])
        }
    }
}
