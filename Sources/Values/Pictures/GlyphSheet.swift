/// One font at one size as coverage masks, made where a font engine runs and read where none may.
public struct GlyphSheet: Equatable, Sendable {
    public struct Glyph: Equatable, Sendable {
        /// Size of the mask in pixels; may be empty (a space).
        public var size: PixelSize
        /// From the pen to the mask's left edge, and from the baseline up to its top edge, in pixels.
        public var left: Int
        public var top: Int
        /// From this pen position to the next, in 1/64 pixel.
        public var advance: Int
        /// Row by row, one byte a pixel, 0 is nothing and 255 is full; `size.area` bytes.
        public var coverage: [UInt8]
        public init(size: PixelSize, left: Int, top: Int, advance: Int, coverage: [UInt8]) {
            precondition(coverage.count == size.area, "one coverage byte for each pixel")
            self.size = size
            self.left = left
            self.top = top
            self.advance = advance
            self.coverage = coverage
        }
    }

    /// From the baseline to the top and to the bottom of a line, in pixels.
    public var ascent: Int
    public var descent: Int
    public var glyphs: [Unicode.Scalar: Glyph]

    public init(ascent: Int, descent: Int, glyphs: [Unicode.Scalar: Glyph]) {
        self.ascent = ascent
        self.descent = descent
        self.glyphs = glyphs
    }

    public var lineHeight: Int { ascent + descent }
}
