/// A picture in shades of grey: what a camera saw, or a file showed, to be searched for codes.
public struct LumaPicture: Equatable, Sendable {
    public let size: PixelSize
    /// Row by row from the top, one byte a pixel, 0 black.
    public let bytes: [UInt8]

    /// Nil when there are not as many bytes as pixels.
    public init?(size: PixelSize, bytes: [UInt8]) {
        guard size.width > 0, size.height > 0, bytes.count == size.area else { return nil }
        self.size = size
        self.bytes = bytes
    }
}
