internal import Pictures

/// A logo in a square with round corners, ready to be laid over a screen.
struct LogoTile: Equatable, Sendable {
    /// Straight alpha.
    let picture: Picture

    /// A logo that fills its picture (an icon) is the tile; any other stands in the middle of a tile whose colour sets
    /// it off. Without a logo the tile has the title's first letter.
    init(logo: Picture?, title: String, accent: Colour, side: Int, type: Typesetter) {
        guard let logo, logo.size.area > 0, let look = Look(logo) else {
            picture = Self.letter(title, accent: accent, side: side, type: type)
            return
        }
        if look.coverage > 0.72 {
            var tile = Picture(size: PixelSize(width: side, height: side), fill: Colour(argb: 0))
            let icon = logo.resampled(to: Self.fitted(logo.size, side))
            tile.copy(icon, x: (side - icon.size.width) / 2, y: (side - icon.size.height) / 2)
            picture = Self.rounded(tile)
            return
        }
        let ground =
            [accent, Theme.paper, Theme.ground].first { $0.contrast(with: look.colour) >= 3 } ?? Theme.paper
        var tile = Picture(size: PixelSize(width: side, height: side), fill: ground)
        let icon = logo.resampled(to: Self.fitted(logo.size, side * 5 / 8))
        tile.lay(icon, x: (side - icon.size.width) / 2, y: (side - icon.size.height) / 2)
        picture = Self.rounded(tile)
    }

    private static func letter(_ title: String, accent: Colour, side: Int, type: Typesetter) -> Picture {
        let ground = accent.asGround
        var tile = Picture(size: PixelSize(width: side, height: side), fill: ground)
        let letter = (title.first.map { String($0).uppercased() } ?? "?").unicodeScalars.first ?? "?"
        // A scalar that the sheet lacks leaves the tile plain: its colour and the title below still tell it.
        guard let glyph = type.title.glyphs[letter], glyph.size.area > 0 else { return rounded(tile) }
        let sign = enlarged(glyph, colour: ground.inkOnIt, height: side * 2 / 5)
        tile.lay(sign, x: (side - sign.size.width) / 2, y: (side - sign.size.height) / 2)
        return rounded(tile)
    }

    /// A glyph larger than its sheet has it. Resampling softens the edge over as many pixels as it enlarges; the edge is
    /// then made one pixel wide again.
    private static func enlarged(_ glyph: GlyphSheet.Glyph, colour: Colour, height: Int) -> Picture {
        let ink = colour.argb & 0xFF_FFFF
        // A border of nothing, so that the outer edge is softened too.
        var mask = Picture(
            size: PixelSize(width: glyph.size.width + 2, height: glyph.size.height + 2), fill: Colour(argb: ink))
        for y in 0..<glyph.size.height {
            for x in 0..<glyph.size.width {
                mask[x + 1, y + 1] = Colour(argb: UInt32(glyph.coverage[y * glyph.size.width + x]) << 24 | ink)
            }
        }
        let width = max(mask.size.width * height / mask.size.height, 1)
        var result = mask.resampled(to: PixelSize(width: width, height: height))
        let steepness = max(Float(height) / Float(mask.size.height), 1)
        for index in result.pixels.indices {
            let alpha = (Float(result.pixels[index] >> 24) - 127.5) * steepness + 127.5
            result.pixels[index] = UInt32(min(max(alpha, 0), 255)) << 24 | ink
        }
        return result
    }

    /// The largest size of the same shape inside a square.
    private static func fitted(_ size: PixelSize, _ side: Int) -> PixelSize {
        let longest = max(size.width, size.height)
        return PixelSize(width: max(size.width * side / longest, 1), height: max(size.height * side / longest, 1))
    }

    /// Cuts the corners off, smoothly.
    private static func rounded(_ tile: Picture) -> Picture {
        var result = tile
        let side = tile.size.width
        let half = Float(side) / 2
        for y in 0..<side {
            for x in 0..<side {
                let distance = Distance.box(
                    Float(x) + 0.5 - half, Float(y) + 0.5 - half, half, half, radius: Float(side) * 0.23)
                let coverage = min(max(0.5 - distance, 0), 1)
                guard coverage < 1 else { continue }
                let pixel = tile.pixels[y * side + x]
                let alpha = UInt32(Float(pixel >> 24) * coverage + 0.5)
                result.pixels[y * side + x] = alpha << 24 | pixel & 0xFF_FFFF
            }
        }
        return result
    }

    /// How much of a logo's picture is covered (0…1), and its mean colour where it is.
    private struct Look {
        let coverage: Double
        let colour: Colour

        /// nil for a picture in which nothing can be seen.
        init?(_ logo: Picture) {
            var (alpha, red, green, blue) = (0, 0, 0, 0)
            for pixel in logo.pixels {
                let weight = Int(pixel >> 24)
                alpha += weight
                red += weight * Int(pixel >> 16 & 0xFF)
                green += weight * Int(pixel >> 8 & 0xFF)
                blue += weight * Int(pixel & 0xFF)
            }
            guard alpha > 0 else { return nil }
            coverage = Double(alpha) / Double(255 * logo.size.area)
            colour = Colour(red: UInt8(red / alpha), green: UInt8(green / alpha), blue: UInt8(blue / alpha))
        }
    }
}
