import Pictures

/// Test pictures with what the product shows: flat grounds and sharp text of several sizes, in colour.
struct TextPicture {
    var picture: Picture

    init(size: PixelSize) {
        picture = Picture(size: size, fill: Colour(argb: 0xFFF2_F0EA))
        picture.fill(Rectangle(x: 0, y: 0, width: size.width, height: 56), with: Colour(argb: 0xFF0B_6E4F))
        write("0123456789", x: 16, y: 12, scale: 4, colour: Colour(argb: 0xFFFF_FFFF))
        for (line, scale) in [1, 2, 3].enumerated() {
            write("3141592653589793", x: 24, y: 80 + line * 40, scale: scale, colour: Colour(argb: 0xFF20_2020))
        }
        write("2490", x: size.width / 2, y: 96, scale: 8, colour: Colour(argb: 0xFF80_1010))
    }

    /// Draws the `count` stars of a code that is being typed; returns what changed.
    mutating func showCode(_ count: Int) -> Rectangle {
        let area = Rectangle(x: 64, y: picture.size.height - 160, width: 240, height: 56)
        picture.fill(area, with: Colour(argb: 0xFFFF_FFFF))
        for index in 0..<count {
            write("8", x: area.x + 12 + index * 56, y: area.y + 8, scale: 6, colour: Colour(argb: 0xFF10_1010))
        }
        return area
    }

    mutating func showNumber(_ number: Int) -> Rectangle {
        let area = Rectangle(x: 320, y: picture.size.height - 96, width: 320, height: 48)
        picture.fill(area, with: Colour(argb: 0xFFFF_FFFF))
        write(String(number), x: area.x + 4, y: area.y + 4, scale: 5, colour: Colour(argb: 0xFF10_3060))
        return area
    }

    mutating func write(_ text: String, x: Int, y: Int, scale: Int, colour: Colour) {
        for (place, digit) in text.utf8.enumerated() {
            let rows = Self.digits[Int(digit) - 48]
            for row in 0..<7 {
                for column in 0..<5 where rows[row] >> UInt8(4 - column) & 1 == 1 {
                    picture.fill(
                        Rectangle(
                            x: x + (place * 6 + column) * scale, y: y + row * scale, width: scale, height: scale),
                        with: colour)
                }
            }
        }
    }

    private static let digits: [[UInt8]] = [
        [14, 17, 19, 21, 25, 17, 14], [4, 12, 4, 4, 4, 4, 14], [14, 17, 1, 2, 4, 8, 31], [31, 2, 4, 2, 1, 17, 14],
        [2, 6, 10, 18, 31, 2, 2], [31, 16, 30, 1, 1, 17, 14], [6, 8, 16, 30, 17, 17, 14], [31, 1, 2, 4, 8, 8, 8],
        [14, 17, 17, 14, 17, 17, 14], [14, 17, 17, 15, 1, 2, 12],
    ]
}
