import Drawing
import LinuxBase
import Pictures
import Testing

@Suite struct `A canvas` {
    static let white = Colour(argb: 0xFFFF_FFFF)
    static let ink = Colour(argb: 0xFF10_2030)

    @Test func `fills whole pixels exactly`() throws {
        var canvas = try Canvas(size: PixelSize(width: 40, height: 30), fill: Self.white)
        let area = Rectangle(x: 3, y: 5, width: 7, height: 11)
        canvas.fill(area, with: Self.ink)
        var expected = Picture(size: canvas.size, fill: Self.white)
        expected.fill(area, with: Self.ink)
        #expect(canvas.picture() == expected)
    }

    @Test func `draws nothing outside its clip, and everything again after it`() throws {
        var canvas = try Canvas(size: PixelSize(width: 64, height: 64), fill: Self.white)
        let empty = canvas.picture()
        let area = Rectangle(x: 10, y: 20, width: 9, height: 8)
        canvas.clipped(to: area) { canvas in
            canvas.fill(.circle(centre: Point(x: 32, y: 32), radius: 60), with: .solid(Self.ink))
            canvas.clipped(to: Rectangle(x: 0, y: 0, width: 12, height: 64)) { canvas in
                #expect(canvas.clip == Rectangle(x: 10, y: 20, width: 2, height: 8))
                canvas.fill(canvas.size.bounds, with: Self.white)
            }
        }
        #expect(changed(empty, canvas.picture()) == Rectangle(x: 12, y: 20, width: 7, height: 8))
        canvas.clipped(to: Rectangle(x: 70, y: 70, width: 5, height: 5)) { _ in Issue.record("nothing is shown there") }
        canvas.fill(canvas.size.bounds, with: Self.ink)
        #expect(canvas.picture() == Picture(size: canvas.size, fill: Self.ink))
    }

    @Test func `lends its pixels in the layout of a framebuffer`() throws {
        var canvas = try Canvas(size: PixelSize(width: 5, height: 3), fill: Self.white)
        canvas.fill(Rectangle(x: 1, y: 2, width: 1, height: 1), with: Colour(argb: 0xFF01_0203))
        let offset = 2 * canvas.stride + 4
        let bytes = canvas.withPixels { pixels in
            (0..<4).map { unsafe pixels.unsafeLoad(fromByteOffset: offset + $0, as: UInt8.self) }
        }
        #expect(bytes == [3, 2, 1, 255])
    }

    @Test func `a shape keeps inside the outline's reach`() throws {
        var canvas = try Canvas(size: PixelSize(width: 100, height: 80), fill: Self.white)
        let empty = canvas.picture()
        let box = Rectangle(x: 20, y: 10, width: 50, height: 40)
        canvas.fill(.rounded(box, radius: 12), with: .solid(Self.ink))
        let filled = canvas.picture()
        #expect(changed(empty, filled) == box)
        #expect(filled[20, 10] == Self.white, "the corner is round")
        #expect(filled[45, 10] == Self.ink)
        canvas.fill(canvas.size.bounds, with: Self.white)
        canvas.stroke(.rounded(box, radius: 12, inset: 2), with: .solid(Self.ink), width: 4)
        let stroked = canvas.picture()
        #expect(changed(empty, stroked) == box)
        #expect(stroked[45, 30] == Self.white, "a stroke leaves the inside")
    }

    @Test func `a gradient goes from its first colour to its last`() throws {
        var canvas = try Canvas(size: PixelSize(width: 256, height: 4), fill: Self.white)
        canvas.fill(
            .rounded(canvas.size.bounds, radius: 0),
            with: .linear(
                from: Point(x: 0, y: 0), to: Point(x: 256, y: 0),
                stops: [.init(0, Colour(argb: 0xFF00_0000)), .init(1, Colour(argb: 0xFFFF_0000))]))
        let picture = canvas.picture()
        #expect(picture[0, 1].red < 4 && picture[255, 1].red > 251 && (120...136).contains(picture[128, 1].red))
        #expect((1..<256).allSatisfy { picture[$0, 1].red >= picture[$0 - 1, 1].red })
    }

    @Test func `sizes that no picture has are refused`() {
        for size in [
            PixelSize(width: 0, height: 5), PixelSize(width: 5, height: -1), PixelSize(width: 20_000, height: 5),
        ] {
            #expect(throws: DrawingError.size(width: size.width, height: size.height)) {
                _ = try Canvas(size: size).size
            }
        }
    }
}

@Suite struct `Text` {
    static let white = Colour(argb: 0xFFFF_FFFF)
    static let ink = Colour(argb: 0xFF00_0000)

    @Test(arguments: [TextStyle.Alignment.leading, .centre, .trailing], [TextStyle.Placement.top, .middle, .bottom])
    func `keeps its ink inside its box and goes where it should`(
        _ alignment: TextStyle.Alignment, _ placement: TextStyle.Placement
    ) throws {
        var canvas = try Canvas(size: PixelSize(width: 300, height: 120), fill: Self.white)
        let empty = canvas.picture()
        let box = Rectangle(x: 40, y: 10, width: 200, height: 90)
        canvas.draw("Hägar", TextStyle(size: 30, alignment: alignment, placement: placement), Self.ink, in: box)
        let area = changed(empty, canvas.picture())
        #expect(!area.isEmpty)
        #expect(box.contains(area))
        let (left, right) = (area.x - box.x, box.maxX - area.maxX)
        switch alignment {
        case .leading: #expect(left < 6 && right > 60)
        case .trailing: #expect(right < 6 && left > 60)
        case .centre: #expect(abs(left - right) < 8)
        }
        let (top, bottom) = (area.y - box.y, box.maxY - area.maxY)
        switch placement {
        case .top: #expect(top < 14 && bottom > 40)
        case .bottom: #expect(bottom < 14 && top > 40)
        case .middle: #expect(abs(top - bottom) < 16)
        }
    }

    @Test func `measures what it then inks`() throws {
        var canvas = try Canvas(size: PixelSize(width: 400, height: 100), fill: Self.white)
        let empty = canvas.picture()
        let style = TextStyle(weight: 700, size: 40)
        let metrics = canvas.measure("24.90 EUR", style)
        canvas.draw("24.90 EUR", style, Self.ink, x: 10, baseline: 60)
        let area = changed(empty, canvas.picture())
        let promised = metrics.ink.offset(x: 10, y: 60 - metrics.baseline)
        #expect(promised.contains(area))
        #expect(promised.width - area.width <= 4 && promised.height - area.height <= 4)
        #expect(area.maxY <= 61, "figures and capitals stand on the baseline")
    }

    @Test func `one line is cut with an ellipsis, and several lines are counted`() throws {
        var canvas = try Canvas(size: PixelSize(width: 300, height: 200), fill: Self.white)
        let long = "Identification required for payments above five hundred euro in this country"
        let cut = canvas.measure(long, TextStyle(size: 20), width: 200)
        #expect(cut.lines == 1 && cut.ink.maxX <= 200)
        #expect(canvas.measure(long, TextStyle(size: 20)).ink.width > 400)
        let wrapped = canvas.measure(long, TextStyle(size: 20, wraps: true), width: 200)
        #expect(wrapped.lines >= 4 && wrapped.ink.maxX <= 200)
        let limited = canvas.measure(long, TextStyle(size: 20, wraps: true, lines: 2), width: 200)
        #expect(limited.lines == 2)
        let word = canvas.measure("Donaudampfschifffahrtsgesellschaft", TextStyle(size: 30, wraps: true), width: 120)
        #expect(word.ink.maxX <= 121, "a word longer than the line is broken")
    }

    @Test func `tabular figures stand still`() throws {
        var canvas = try Canvas(size: PixelSize(width: 300, height: 60))
        let style = TextStyle(size: 20, tabularFigures: true)
        let widths = (0...9).map { canvas.measure(String(repeating: "\($0)", count: 10), style).size.width }
        #expect(Set(widths).count == 1)
        #expect(
            canvas.measure("abc", TextStyle(size: 20, spacing: 5)).size.width >= canvas.measure(
                "abc", TextStyle(size: 20)
            ).size.width + 10)
    }

    @Test func `weights differ`() throws {
        func darkness(_ weight: Int) throws -> Int {
            var canvas = try Canvas(size: PixelSize(width: 200, height: 60), fill: Self.white)
            canvas.draw("Vitrine", TextStyle(weight: weight, size: 36), Self.ink, x: 5, baseline: 45)
            return canvas.picture().pixels.reduce(0) { $0 + 255 - Int($1 & 255) }
        }
        #expect(try darkness(300) < darkness(400))
        #expect(try darkness(400) < darkness(600))
        #expect(try darkness(600) < darkness(800))
    }
}
