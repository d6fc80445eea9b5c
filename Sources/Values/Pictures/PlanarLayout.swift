/// Where the three planes of an I420 picture (8 bits, 4:2:0: full-size Y, half-size U and V) lie in one buffer.
public struct PlanarLayout: Equatable, Hashable, Sendable {
    /// The picture that is seen.
    public let size: PixelSize
    /// Rows and columns that exist: `size` rounded up to whole macroblocks, as a decoder writes them.
    public let coded: PixelSize
    /// Bytes from one row to the next.
    public let lumaStride: Int
    public let chromaStride: Int
    /// Bytes from the start of the buffer.
    public let uOffset: Int
    public let vOffset: Int
    public let byteCount: Int

    /// `alignment` is in bytes, a power of two; luma and chroma strides are multiples of it. Two rows beyond the coded
    /// height are kept, since libavcodec's motion compensation reads and writes one chroma row too far.
    public init(size: PixelSize, alignment: Int = 64) {
        self.size = size
        coded = PixelSize(width: (size.width + 15) & ~15, height: (size.height + 15) & ~15)
        chromaStride = (coded.width / 2 + alignment - 1) & ~(alignment - 1)
        lumaStride = (coded.width + alignment - 1) & ~(alignment - 1)
        let lumaBytes = lumaStride * (coded.height + 2)
        let chromaBytes = chromaStride * (coded.height / 2 + 2)
        uOffset = (lumaBytes + 63) & ~63
        vOffset = (uOffset + chromaBytes + 63) & ~63
        byteCount = vOffset + chromaBytes + 64
    }
}

/// A borrowed I420 picture: valid only inside the call that lends it.
@safe public struct PlanarView {
    /// `layout.byteCount` bytes.
    public let base: UnsafeMutableRawPointer
    public let layout: PlanarLayout

    /// `base` must be valid for `layout.byteCount` bytes for as long as the view is used.
    @unsafe public init(base: UnsafeMutableRawPointer, layout: PlanarLayout) {
        unsafe self.base = base
        self.layout = layout
    }
}
