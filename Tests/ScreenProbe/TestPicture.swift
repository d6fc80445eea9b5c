internal import Pictures

/// A picture in I420 whose every sample is known, with ramps, hard edges and all corners of the colour cube's range,
/// and what it must look like: by the equations of BT.601 and BT.709, in floating point, not by any library.
struct TestPicture {
    let size: PixelSize
    let shift: Int

    func luma(_ x: Int, _ y: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (x + shift) * 255 / size.width ^ (y / 16 & 1) * 0x20)
    }
    func u(_ x: Int, _ y: Int) -> UInt8 { UInt8(truncatingIfNeeded: x * 2 * 255 / size.width + shift) }
    func v(_ x: Int, _ y: Int) -> UInt8 { UInt8(truncatingIfNeeded: y * 2 * 255 / size.height) }

    /// Writes the samples where a decoder would.
    func write(to base: UnsafeMutableRawPointer, _ layout: PlanarLayout) {
        for y in 0..<size.height {
            for x in 0..<size.width {
                unsafe base.storeBytes(of: luma(x, y), toByteOffset: y * layout.lumaStride + x, as: UInt8.self)
            }
        }
        for y in 0..<(size.height + 1) / 2 {
            for x in 0..<(size.width + 1) / 2 {
                let offset = y * layout.chromaStride + x
                unsafe base.storeBytes(of: u(x, y), toByteOffset: layout.uOffset + offset, as: UInt8.self)
                unsafe base.storeBytes(of: v(x, y), toByteOffset: layout.vOffset + offset, as: UInt8.self)
            }
        }
    }

    /// The colour of a pixel, 0…255 a channel, with nearest chroma samples.
    func reference(_ x: Int, _ y: Int, _ colour: ColourDescription) -> (red: Double, green: Double, blue: Double) {
        let (kr, kb) = colour.matrix == .bt709 ? (0.2126, 0.0722) : (0.299, 0.114)
        let isFull = colour.range == .full
        let l = isFull ? Double(luma(x, y)) : (Double(luma(x, y)) - 16) * 255 / 219
        let scale = isFull ? 1.0 : 255.0 / 224
        let cb = (Double(u(x / 2, y / 2)) - 128) * scale
        let cr = (Double(v(x / 2, y / 2)) - 128) * scale
        let red = l + 2 * (1 - kr) * cr
        let blue = l + 2 * (1 - kb) * cb
        let green = (l - kr * red - kb * blue) / (1 - kr - kb)
        func clipped(_ value: Double) -> Double { min(max(value, 0), 255) }
        return (clipped(red), clipped(green), clipped(blue))
    }

    /// The largest distance of a channel from the reference, and how many pixels are off by more than `limit`.
    func compare(
        _ picture: Picture, at place: Rectangle, _ colour: ColourDescription, limit: Double
    ) -> (largest: Double, beyond: Int) {
        var largest = 0.0
        var beyond = 0
        for y in 0..<size.height {
            for x in 0..<size.width {
                let seen = picture[place.x + x, place.y + y]
                let want = reference(x, y, colour)
                let distance = max(
                    abs(Double(seen.red) - want.red), abs(Double(seen.green) - want.green),
                    abs(Double(seen.blue) - want.blue))
                largest = max(largest, distance)
                if distance > limit { beyond += 1 }
            }
        }
        return (largest, beyond)
    }
}
