// Legibility: what of a drawn picture can be read, measured on its pixels. For tests; knows no screen.

internal import Glibc
public import Pictures

public enum Legibility {
    /// Relative luminance (WCAG 2.1), 0 to 1.
    public static func luminance(_ colour: Colour) -> Double {
        func linear(_ value: UInt8) -> Double {
            let c = Double(value) / 255
            return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue)
    }

    /// Contrast ratio (WCAG 2.1), 1 to 21.
    public static func contrast(_ a: Colour, _ b: Colour) -> Double {
        let (x, y) = (luminance(a), luminance(b))
        return (max(x, y) + 0.05) / (min(x, y) + 0.05)
    }

    /// Pixels that hang together and are no ground: a letter, a part of one, a sign.
    public struct Mark: Sendable {
        public var area: Rectangle
        public var pixels: Int
        /// The ground that it touches most.
        public var ground: Colour
        /// Its pixel that stands out most from that.
        public var strongest: Colour
        public var contrast: Double
    }

    /// All marks of a picture. The smoothed edge between two grounds is none: its colours lie between theirs.
    public static func marks(in picture: Picture, grounds: Set<Colour>) -> [Mark] {
        let (width, height) = (picture.size.width, picture.size.height)
        let isGround = picture.pixels.map { grounds.contains(Colour(argb: $0)) }
        var isSeen = isGround
        var marks: [Mark] = []
        for start in picture.pixels.indices where !isSeen[start] {
            var component = [start]
            var beside: [Colour: Int] = [:]
            isSeen[start] = true
            var next = 0
            while next < component.count {
                let (x, y) = (component[next] % width, component[next] / width)
                next += 1
                for row in max(y - 1, 0)...min(y + 1, height - 1) {
                    for column in max(x - 1, 0)...min(x + 1, width - 1) {
                        let index = row * width + column
                        if isGround[index] { beside[Colour(argb: picture.pixels[index]), default: 0] += 1 }
                        guard !isSeen[index] else { continue }
                        isSeen[index] = true
                        component.append(index)
                    }
                }
            }
            if let mark = mark(component, beside, picture) { marks.append(mark) }
        }
        return marks
    }

    private static func mark(_ component: [Int], _ beside: [Colour: Int], _ picture: Picture) -> Mark? {
        guard let ground = beside.max(by: { $0.value < $1.value })?.key else { return nil }
        let lights = beside.keys.map(luminance)
        let between = ((lights.min() ?? 0) - 0.002)...((lights.max() ?? 1) + 0.002)
        var area = Rectangle.empty
        var strongest = ground
        var isEdge = beside.count > 1
        for index in component {
            let colour = Colour(argb: picture.pixels[index])
            area = area.union(
                Rectangle(x: index % picture.size.width, y: index / picture.size.width, width: 1, height: 1))
            if contrast(colour, ground) > contrast(strongest, ground) { strongest = colour }
            if isEdge, !between.contains(luminance(colour)) { isEdge = false }
        }
        guard !isEdge else { return nil }
        return Mark(
            area: area, pixels: component.count, ground: ground, strongest: strongest,
            contrast: contrast(strongest, ground))
    }
}
