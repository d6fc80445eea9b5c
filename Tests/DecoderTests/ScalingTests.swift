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
    private func shown(
        _ planes: PlanarView, _ area: Rectangle, _ colour: ColourDescription = .unspecified
    ) -> Picture {
        var result = Picture(size: planes.layout.size, fill: Colour(argb: 0xFF00_00FF))
        let width = result.size.width
        unsafe result.pixels.withUnsafeMutableBytes { bytes in
            unsafe Scaling.planarToPixels(
                planes, area: area, into: bytes.baseAddress! + (area.y * width + area.x) * 4, stride: width * 4,
                colour: colour)
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

    /// H.274 8.2.5 and table 5: R, G and B of a sample, from the two weights that define a matrix.
    private func reference(_ y: UInt8, _ u: UInt8, _ v: UInt8, _ colour: ColourDescription) -> [Double] {
        let (red, blue) = colour.matrix == .bt601 ? (0.299, 0.114) : (0.2126, 0.0722)
        let isFull = colour.range == .full
        let luma = isFull ? Double(y) / 255 : (Double(y) - 16) / 219
        let blueness = (Double(u) - 128) / (isFull ? 255 : 224)
        let redness = (Double(v) - 128) / (isFull ? 255 : 224)
        let r = luma + 2 * (1 - red) * redness
        let b = luma + 2 * (1 - blue) * blueness
        let g = (luma - red * r - blue * b) / (1 - red - blue)
        return [r, g, b].map { $0 * 255 }
    }

    @Test(arguments: ColourDescription.all)
    func `every colour is within two and a half steps of its definition`(colour: ColourDescription) {
        // One chroma sample and four luma samples each: U and V in steps of five, Y in steps of three.
        let steps = Array(stride(from: 0, through: 255, by: 5))
        let size = PixelSize(width: steps.count * 2, height: steps.count * 2)
        let layout = PlanarLayout(size: size)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
        defer { unsafe memory.deallocate() }
        let planes = unsafe PlanarView(base: memory, layout: layout)
        for luma in stride(from: 0, through: 252, by: 12) {
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let place = luma + (y & 1) * 6 + (x & 1) * 3
                    unsafe memory.storeBytes(
                        of: UInt8(min(place, 255)), toByteOffset: y * layout.lumaStride + x, as: UInt8.self)
                }
            }
            for y in steps.indices {
                for x in steps.indices {
                    let place = y * layout.chromaStride + x
                    unsafe memory.storeBytes(of: UInt8(steps[x]), toByteOffset: layout.uOffset + place, as: UInt8.self)
                    unsafe memory.storeBytes(of: UInt8(steps[y]), toByteOffset: layout.vOffset + place, as: UInt8.self)
                }
            }
            let seen = shown(planes, size.bounds, colour)
            var worst = 0.0
            var worstOutside = 0.0
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let place = UInt8(min(luma + (y & 1) * 6 + (x & 1) * 3, 255))
                    let meant = reference(place, UInt8(steps[x / 2]), UInt8(steps[y / 2]), colour)
                    let pixel = seen[x, y]
                    let isColour = meant.allSatisfy { (0...255).contains($0) }
                    for (a, b) in zip([pixel.red, pixel.green, pixel.blue], meant) {
                        let distance = abs(Double(a) - min(max(b, 0), 255))
                        if isColour { worst = max(worst, distance) } else { worstOutside = max(worstOutside, distance) }
                    }
                }
            }
            // libyuv counts in sixty-fourths: BT.601 limited is off by 2.1 at worst, the other three by 1.2.
            #expect(worst <= 2.5, "Y from \(luma): \(worst)")
            // Numbers that no colour has, as only coding errors make them.
            #expect(worstOutside <= 3, "Y from \(luma): \(worstOutside)")
        }
    }

    @Test func `the four kinds of colour are four`() {
        let picture = Picture(size: PixelSize(width: 16, height: 16), fill: Colour(argb: 0xFFC0_4020))
        withPlanes(picture) { planes in
            let seen = Set(ColourDescription.all.map { shown(planes, picture.size.bounds, $0)[4, 4].argb })
            #expect(seen.count == 4)
            #expect(shown(planes, picture.size.bounds) == shown(planes, picture.size.bounds, .unspecified))
        }
    }

    @Test(arguments: [(64, 32), (63, 31), (62, 30)])
    func `NV12 has the same samples, in the damaged part only`(width: Int, height: Int) {
        let page = TextPicture(size: PixelSize(width: 200, height: 120)).picture
        let size = PixelSize(width: width, height: height)
        withPlanes(page.cropped(to: Rectangle(x: 10, y: 20, width: width, height: height))) { planes in
            let layout = planes.layout
            for area in [
                size.bounds, Rectangle(x: 5, y: 7, width: 20, height: 9),
                Rectangle(x: width - 1, y: height - 1, width: 1, height: 1),
            ] {
                let stride = 80
                var luma = [UInt8](repeating: 1, count: stride * height)
                var chroma = [UInt8](repeating: 1, count: stride * (height + 1) / 2)
                unsafe luma.withUnsafeMutableBytes { luma in
                    unsafe chroma.withUnsafeMutableBytes { chroma in
                        unsafe Scaling.planarToNV12(
                            planes, area: area, luma: luma.baseAddress!, chroma: chroma.baseAddress!, stride: stride)
                    }
                }
                let grown = area.alignedToChroma(within: size.bounds)
                func sample(_ offset: Int) -> UInt8 { unsafe planes.base.load(fromByteOffset: offset, as: UInt8.self) }
                for y in 0..<height {
                    for x in 0..<stride {
                        let isInside = grown.contains(Rectangle(x: x, y: y, width: 1, height: 1))
                        #expect(luma[y * stride + x] == (isInside ? sample(y * layout.lumaStride + x) : 1))
                    }
                }
                for y in 0..<((height + 1) / 2) {
                    for x in 0..<(stride / 2) {
                        let isInside = grown.contains(Rectangle(x: x * 2, y: y * 2, width: 1, height: 1))
                        let place = y * layout.chromaStride + x
                        let pair =
                            isInside ? [sample(layout.uOffset + place), sample(layout.vOffset + place)] : [1, 1]
                        #expect(Array(chroma[(y * stride + x * 2)..<(y * stride + x * 2 + 2)]) == pair)
                    }
                }
            }
        }
    }
}
