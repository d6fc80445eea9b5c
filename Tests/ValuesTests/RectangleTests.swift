import Pictures
import Testing

@Suite struct RectangleTests {
    static let unit = Rectangle(x: 10, y: 20, width: 30, height: 40)

    @Test func `an intersection is what both hold, and empty when they only touch`() {
        let rows: [(Rectangle, Rectangle)] = [
            (Self.unit, Self.unit),
            (Rectangle(x: 0, y: 0, width: 15, height: 25), Rectangle(x: 10, y: 20, width: 5, height: 5)),
            (Rectangle(x: 39, y: 59, width: 9, height: 9), Rectangle(x: 39, y: 59, width: 1, height: 1)),
            (Rectangle(x: 40, y: 20, width: 5, height: 5), .empty),
            (Rectangle(x: 10, y: 60, width: 5, height: 5), .empty),
            (Rectangle(x: 12, y: 22, width: 0, height: 5), .empty),
            (Rectangle(x: 12, y: 22, width: 5, height: -5), .empty),
        ]
        for (other, expected) in rows {
            #expect(Self.unit.intersection(other) == expected)
            #expect(other.intersection(Self.unit) == expected)
        }
    }

    @Test func `a union holds both, and an empty rectangle adds nothing wherever it lies`() {
        let far = Rectangle(x: 100, y: 0, width: 1, height: 1)
        let both = Self.unit.union(far)
        #expect(both == Rectangle(x: 10, y: 0, width: 91, height: 60))
        #expect(both.contains(Self.unit) && both.contains(far))
        let nothing = Rectangle(x: 500, y: 500, width: 0, height: 9)
        #expect(Self.unit.union(nothing) == Self.unit)
        #expect(nothing.union(Self.unit) == Self.unit)
        #expect(nothing.union(.empty).isEmpty)
    }

    @Test func `containment includes the edges and every empty rectangle`() {
        #expect(Self.unit.contains(Self.unit))
        #expect(Self.unit.contains(Rectangle(x: 39, y: 59, width: 1, height: 1)))
        #expect(!Self.unit.contains(Rectangle(x: 39, y: 59, width: 2, height: 1)))
        #expect(!Self.unit.contains(Rectangle(x: 9, y: 20, width: 1, height: 1)))
        #expect(Self.unit.contains(Rectangle(x: 900, y: 900, width: 0, height: 0)))
    }

    @Test func `chroma alignment grows to even edges and stays inside the picture`() {
        let bounds = PixelSize(width: 801, height: 479).bounds
        let rows: [(Rectangle, Rectangle)] = [
            (Rectangle(x: 1, y: 1, width: 1, height: 1), Rectangle(x: 0, y: 0, width: 2, height: 2)),
            (Rectangle(x: 2, y: 4, width: 6, height: 8), Rectangle(x: 2, y: 4, width: 6, height: 8)),
            (Rectangle(x: 3, y: 5, width: 4, height: 4), Rectangle(x: 2, y: 4, width: 6, height: 6)),
            (Rectangle(x: 800, y: 478, width: 1, height: 1), Rectangle(x: 800, y: 478, width: 1, height: 1)),
            (.empty, .empty),
        ]
        for (area, expected) in rows { #expect(area.alignedToChroma(within: bounds) == expected) }
    }

    @Test func `an offset moves and does not resize`() {
        #expect(Self.unit.offset(x: -20, y: 5) == Rectangle(x: -10, y: 25, width: 30, height: 40))
        #expect(Self.unit.description == "30×40+10+20")
        #expect(PixelSize(width: 3, height: 4).area == 12)
    }
}
