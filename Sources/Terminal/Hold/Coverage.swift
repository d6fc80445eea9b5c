internal import Pictures

/// `over` laid on `under` with `coverage` 0…255; alpha is left opaque. 0 and 255 are exact.
func blend(_ under: UInt32, _ over: UInt32, _ coverage: UInt32) -> UInt32 {
    let a = coverage + coverage >> 7
    let b = 256 - a
    let redBlue = ((over & 0xFF_00FF) * a + (under & 0xFF_00FF) * b + 0x80_0080) >> 8 & 0xFF_00FF
    let green = ((over >> 8 & 0xFF) * a + (under >> 8 & 0xFF) * b + 0x80) >> 8
    return 0xFF00_0000 | redBlue | green << 8
}

/// Signed distances in pixels, negative inside, and the shapes made of them. Coordinates are of pixel centres relative
/// to the shape's own centre.
enum Distance {
    static func circle(_ x: Float, _ y: Float, radius: Float) -> Float { (x * x + y * y).squareRoot() - radius }

    /// A box with half sides `width`, `height` and rounded corners.
    static func box(_ x: Float, _ y: Float, _ width: Float, _ height: Float, radius: Float) -> Float {
        let dx = abs(x) - width + radius
        let dy = abs(y) - height + radius
        let outside = (max(dx, 0) * max(dx, 0) + max(dy, 0) * max(dy, 0)).squareRoot()
        return outside + min(max(dx, dy), 0) - radius
    }

    /// A line from a to b, `width` thick, with round ends.
    static func line(
        _ x: Float, _ y: Float, from a: (x: Float, y: Float), to b: (x: Float, y: Float), width: Float
    ) -> Float {
        let (px, py, dx, dy) = (x - a.x, y - a.y, b.x - a.x, b.y - a.y)
        let along = min(max((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1)
        return circle(px - dx * along, py - dy * along, radius: width / 2)
    }

    /// The outline of a shape, `width` thick, half of it inside.
    static func outline(_ distance: Float, width: Float) -> Float { abs(distance) - width / 2 }
}

extension Picture {
    /// Paints where `distance` is negative, with the edge smoothed over one pixel. `distance` is asked for the pixel
    /// centres of `area`, relative to `centre`.
    mutating func paint(
        _ colour: Colour, in area: Rectangle, centre: (x: Float, y: Float), distance: (Float, Float) -> Float
    ) {
        let seen = area.intersection(size.bounds)
        guard !seen.isEmpty else { return }
        let width = size.width
        var target = pixels.mutableSpan
        for y in seen.y..<seen.maxY {
            let dy = Float(y) + 0.5 - centre.y
            for x in seen.x..<seen.maxX {
                let coverage = 0.5 - distance(Float(x) + 0.5 - centre.x, dy)
                if coverage <= 0 { continue }
                let index = y * width + x
                target[index] =
                    coverage >= 1
                    ? colour.argb : blend(target[index], colour.argb, UInt32(coverage * 255 + 0.5))
            }
        }
    }

    /// A filled rectangle with smooth round corners. Only the corners are computed; the rest is filled.
    mutating func paintRounded(_ area: Rectangle, radius: Int, with colour: Colour) {
        let radius = min(radius, area.width / 2, area.height / 2)
        fill(
            Rectangle(x: area.x, y: area.y + radius, width: area.width, height: area.height - 2 * radius), with: colour)
        let middle = Rectangle(x: area.x + radius, y: area.y, width: area.width - 2 * radius, height: radius)
        fill(middle, with: colour)
        fill(middle.offset(x: 0, y: area.height - radius), with: colour)
        let centre = (x: Float(area.x) + Float(area.width) / 2, y: Float(area.y) + Float(area.height) / 2)
        let (halfWidth, halfHeight) = (Float(area.width) / 2, Float(area.height) / 2)
        for x in [area.x, area.maxX - radius] {
            for y in [area.y, area.maxY - radius] {
                paint(colour, in: Rectangle(x: x, y: y, width: radius, height: radius), centre: centre) {
                    Distance.box($0, $1, halfWidth, halfHeight, radius: Float(radius))
                }
            }
        }
    }

    /// The same with an edge of `width` pixels inside it.
    mutating func paintCard(_ area: Rectangle, radius: Int, fill: Colour, edge: Colour, width: Int = 1) {
        paintRounded(area, radius: radius, with: edge)
        let inner = Rectangle(
            x: area.x + width, y: area.y + width, width: area.width - 2 * width, height: area.height - 2 * width)
        paintRounded(inner, radius: radius - width, with: fill)
    }

    /// Lays a picture with straight alpha over this one.
    mutating func lay(_ source: Picture, x: Int, y: Int) {
        let seen = source.size.bounds.offset(x: x, y: y).intersection(size.bounds)
        guard !seen.isEmpty else { return }
        let (width, sourceWidth) = (size.width, source.size.width)
        let from = source.pixels.span
        var target = pixels.mutableSpan
        for row in seen.y..<seen.maxY {
            var read = (row - y) * sourceWidth + seen.x - x
            for index in (row * width + seen.x)..<(row * width + seen.maxX) {
                let pixel = from[read]
                read += 1
                let alpha = pixel >> 24
                if alpha == 255 {
                    target[index] = pixel
                } else if alpha > 0 {
                    target[index] = blend(target[index], pixel, alpha)
                }
            }
        }
    }
}
