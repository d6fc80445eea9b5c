// Hold: everything that the trusted environment itself shows: home, hold and outcome screens and the strip above every
// picture. Owns no device and calls no C library: glyph masks come ready made from the sealed store. Never draws what an
// application asks for. Pure values; drawn on the terminal's main thread.

public import Correspondence
public import Pictures

/// How the screen is shared out: the strip is the trusted environment's alone, the rest shows a screen or the stream.
public struct ScreenLayout: Equatable, Sendable {
    /// For chroma's sake even.
    public static func stripHeight(_ type: TypeSize, on size: PixelSize) -> Int {
        switch type {
        case .regular: 32
        case .large: size.height < 720 ? 48 : 64
        }
    }

    public let size: PixelSize
    public let strip: Rectangle
    /// Where home, hold and outcome screens and the application's pictures go.
    public let stream: Rectangle
    /// Where the keypad on the screen is, for boards without keys: the trusted environment's alone, like the strip.
    public let keypad: Rectangle?

    /// `size` is at least 320×200.
    public init(size: PixelSize, type: TypeSize = .regular, hasKeypad: Bool = false) {
        precondition(size.width >= 320 && size.height >= 200, "a screen has room for a strip and a picture")
        self.size = size
        let height = Self.stripHeight(type, on: size)
        strip = Rectangle(x: 0, y: 0, width: size.width, height: height)
        let below = Rectangle(x: 0, y: height, width: size.width, height: size.height - height)
        guard hasKeypad else {
            (stream, keypad) = (below, nil)
            return
        }
        (stream, keypad) = Self.shared(below)
    }

    /// Beside the picture on a wide screen, below it on a tall one. Even sides, for chroma's sake.
    private static func shared(_ area: Rectangle) -> (stream: Rectangle, keypad: Rectangle) {
        var (stream, keypad) = (area, area)
        if area.width >= area.height {
            // Five rows want four fifths of their height; four columns of the least keys come first.
            let least = min(4 * KeypadLayout.leastPixels + 16, area.width / 2)
            keypad.width = max(min(area.height * 4 / 5, area.width * 2 / 5), least) & ~1
            stream.width = area.width - keypad.width
            keypad.x = stream.maxX
        } else {
            keypad.height = min(area.width * 5 / 4, area.height / 2) & ~1
            stream.height = area.height - keypad.height
            keypad.y = stream.maxY
        }
        return (stream, keypad)
    }
}

/// Something that covers a whole picture: the strip's when it is the strip, the stream's otherwise.
public protocol Screen {
    /// Paints over all of `picture`, whatever its size.
    func draw(into picture: inout Picture)
}

extension Screen {
    public func picture(size: PixelSize) -> Picture {
        var picture = Picture(size: size)
        draw(into: &picture)
        return picture
    }
}

/// Distances for one size of picture: a grid of `unit` (8 pixels at 800×480) and what hangs on it.
struct Grid {
    let unit: Int
    init(_ size: PixelSize) { unit = min(max(min(size.width / 100, size.height / 56), 4), 16) }
    /// From the picture's edge to the first thing on it.
    var margin: Int { 4 * unit }
    var gap: Int { 2 * unit }
    var radius: Int { 2 * unit }
}
