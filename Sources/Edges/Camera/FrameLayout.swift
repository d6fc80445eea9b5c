public import Pictures

/// How a camera's bytes hold a picture's luma: what a code needs of it. All formats here have a byte of it for each
/// pixel.
public struct FrameLayout: Equatable, Sendable {
    /// Formats in the order in which they are asked for: the fewest bytes first.
    public enum Format: UInt32, Sendable, CaseIterable {
        /// `GREY`: nothing but luma.
        case grey = 0x5945_5247
        /// `NV12`: luma, and the colours behind it.
        case nv12 = 0x3231_564E
        /// `YUYV`: luma in every second byte.
        case yuyv = 0x5659_5559

        /// Bytes from one pixel's luma to the next.
        var step: Int { self == .yuyv ? 2 : 1 }
    }

    public let format: Format
    public let size: PixelSize
    /// Bytes from one row to the next.
    public let stride: Int

    /// Nil for a size beyond 4096 pixels a side, or rows that are shorter than their pixels.
    public init?(format: Format, size: PixelSize, stride: Int) {
        guard (1...4096).contains(size.width), (1...4096).contains(size.height),
            (size.width * format.step...1 << 20).contains(stride)
        else { return nil }
        self.format = format
        self.size = size
        self.stride = stride
    }

    /// The picture in `bytes`; nil when they are too few (a frame that was cut short).
    public func picture(in bytes: RawSpan) -> LumaPicture? {
        let last = (size.height - 1) * stride + (size.width - 1) * format.step
        guard bytes.byteCount > last else { return nil }
        var luma: [UInt8] = []
        luma.reserveCapacity(size.area)
        for row in 0..<size.height {
            for column in 0..<size.width {
                // SAFETY: at most `last`, which lies within.
                luma.append(
                    unsafe bytes.unsafeLoad(
                        fromUncheckedByteOffset: row * stride + column * format.step, as: UInt8.self))
            }
        }
        return LumaPicture(size: size, bytes: luma)
    }
}
