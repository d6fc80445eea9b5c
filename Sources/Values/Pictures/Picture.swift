/// A colour as the framebuffer holds it: `0xAARRGGBB` in a native 32-bit word (DRM XRGB8888 / ARGB8888).
public struct Colour: Equatable, Hashable, Sendable {
    public var argb: UInt32

    public init(argb: UInt32) { self.argb = argb }
    public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        argb = UInt32(alpha) << 24 | UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
    }

    public var alpha: UInt8 { UInt8(truncatingIfNeeded: argb >> 24) }
    public var red: UInt8 { UInt8(truncatingIfNeeded: argb >> 16) }
    public var green: UInt8 { UInt8(truncatingIfNeeded: argb >> 8) }
    public var blue: UInt8 { UInt8(truncatingIfNeeded: argb) }

    /// `other` laid over this colour with the given coverage (0…255), per channel, rounded.
    public func blended(with other: Colour, coverage: UInt8) -> Colour {
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            let sum = Int(a) * (255 - Int(coverage)) + Int(b) * Int(coverage)
            return UInt8((sum + 127) / 255)
        }
        return Colour(
            red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue), alpha: 255)
    }
}

/// A picture of 32-bit pixels, row by row, no padding: `pixels[y * width + x]`, `0xAARRGGBB` in native byte order
/// (bytes B, G, R, A in memory on little-endian machines: DRM XRGB8888, libyuv "ARGB", RFB 32 bpp with shifts 16/8/0).
public struct Picture: Equatable, Sendable {
    public let size: PixelSize
    public var pixels: [UInt32]

    public init(size: PixelSize, fill: Colour = Colour(argb: 0xFF00_0000)) {
        self.size = size
        pixels = [UInt32](repeating: fill.argb, count: size.area)
    }

    /// `pixels.count` must be `size.area`.
    public init(size: PixelSize, pixels: [UInt32]) {
        precondition(pixels.count == size.area, "a picture has width × height pixels")
        self.size = size
        self.pixels = pixels
    }

    public subscript(x: Int, y: Int) -> Colour {
        get { Colour(argb: pixels[y * size.width + x]) }
        set { pixels[y * size.width + x] = newValue.argb }
    }

    public mutating func fill(_ rectangle: Rectangle, with colour: Colour) {
        let area = rectangle.intersection(size.bounds)
        guard !area.isEmpty else { return }
        for y in area.y..<area.maxY {
            let start = y * size.width + area.x
            for index in start..<(start + area.width) { pixels[index] = colour.argb }
        }
    }

    /// Copies all of `source` with its top left corner at (x, y); what falls outside is cut.
    public mutating func copy(_ source: Picture, x: Int, y: Int) {
        let area = source.size.bounds.offset(x: x, y: y).intersection(size.bounds)
        guard !area.isEmpty else { return }
        for row in area.y..<area.maxY {
            let from = (row - y) * source.size.width + (area.x - x)
            let to = row * size.width + area.x
            pixels.replaceSubrange(to..<(to + area.width), with: source.pixels[from..<(from + area.width)])
        }
    }

    /// The part of the picture inside `rectangle`, cut to the picture.
    public func cropped(to rectangle: Rectangle) -> Picture {
        let area = rectangle.intersection(size.bounds)
        var result: [UInt32] = []
        result.reserveCapacity(area.width * area.height)
        for y in area.y..<max(area.y, area.maxY) {
            let start = y * size.width + area.x
            result.append(contentsOf: pixels[start..<(start + area.width)])
        }
        return Picture(size: area.size, pixels: result)
    }
}
