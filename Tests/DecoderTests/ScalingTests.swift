import Pictures
import Scaling
import Testing

@Suite struct ScalingTests {
    /// Lends planes that hold `picture`, and room for pixels.
    private func withPlanes(_ picture: Picture, _ body: (PlanarView) -> Void) {
        let layout = PlanarLayout(size: picture.size)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
        defer { unsafe memory.deallocate() }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.byteCount)
        let planes = unsafe PlanarView(base: memory, layout: layout)
        unsafe picture.pixels.withUnsafeBytes { bytes in
            unsafe Scaling.pixelsToPlanar(
                bytes.baseAddress!, stride: picture.size.width * 4, area: picture.size.bounds, into: planes)
        }
        body(planes)
    }

    /// The planes' pixels of `area`, laid into a blue picture of the planes' size.
    private func shown(_ planes: PlanarView, _ area: Rectangle) -> Picture {
        var result = Picture(size: planes.layout.size, fill: Colour(argb: 0xFF00_00FF))
        let width = result.size.width
        unsafe result.pixels.withUnsafeMutableBytes { bytes in
            unsafe Scaling.planarToPixels(
                planes, area: area, into: bytes.baseAddress! + (area.y * width + area.x) * 4, stride: width * 4)
        }
        return result
    }

    @Test(arguments: [0xFF00_0000, 0xFFFF_FFFF, 0xFFFF_0000, 0xFF00_FF00, 0xFF00_00FF, 0xFF12_3456, 0xFF80_8080])
    func `a colour survives both ways`(argb: UInt32) {
        let picture = Picture(size: PixelSize(width: 32, height: 16), fill: Colour(argb: argb))
        withPlanes(picture) { planes in
            let seen = shown(planes, picture.size.bounds)[8, 8]
            let meant = Colour(argb: argb)
            for (a, b) in [(seen.red, meant.red), (seen.green, meant.green), (seen.blue, meant.blue)] {
                #expect(abs(Int(a) - Int(b)) <= 4)
            }
            #expect(seen.alpha == 255)
        }
    }

    @Test func `any part of a picture looks as it does in the whole, and nothing around it is written`() {
        let page = TextPicture(size: PixelSize(width: 200, height: 120)).picture
        withPlanes(page) { planes in
            let whole = shown(planes, page.size.bounds)
            for area in [
                Rectangle(x: 0, y: 0, width: 1, height: 1), Rectangle(x: 1, y: 1, width: 1, height: 1),
                Rectangle(x: 3, y: 5, width: 40, height: 31), Rectangle(x: 16, y: 9, width: 33, height: 2),
                Rectangle(x: 199, y: 119, width: 1, height: 1), Rectangle(x: 7, y: 2, width: 193, height: 118),
            ] {
                let part = shown(planes, area)
                var meant = Picture(size: page.size, fill: Colour(argb: 0xFF00_00FF))
                meant.copy(whole.cropped(to: area), x: area.x, y: area.y)
                #expect(part == meant, "\(area)")
            }
        }
    }

    @Test func `only the damaged part is converted, grown to whole chroma samples`() {
        let size = PixelSize(width: 64, height: 32)
        withPlanes(Picture(size: size, fill: Colour(argb: 0xFF00_0000))) { planes in
            let white = Picture(size: size, fill: Colour(argb: 0xFFFF_FFFF))
            unsafe white.pixels.withUnsafeBytes { bytes in
                unsafe Scaling.pixelsToPlanar(
                    bytes.baseAddress!, stride: 256, area: Rectangle(x: 5, y: 7, width: 2, height: 2), into: planes)
            }
            var meant = Picture(size: size, fill: Colour(argb: 0xFF00_0000))
            meant.fill(Rectangle(x: 4, y: 6, width: 4, height: 4), with: Colour(argb: 0xFFFF_FFFF))
            #expect(shown(planes, size.bounds) == meant)
        }
    }
}
