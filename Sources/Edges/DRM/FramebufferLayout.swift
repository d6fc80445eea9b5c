public import Pictures

/// A picture in buffers that a card knows by handle.
public struct FramebufferLayout: Equatable, Sendable {
    public struct Plane: Equatable, Sendable {
        public let handle: UInt32
        /// Bytes from one row to the next.
        public let pitch: Int
        /// Bytes from the buffer's start to the plane's first row.
        public let offset: Int

        public init(handle: UInt32, pitch: Int, offset: Int = 0) {
            self.handle = handle
            self.pitch = pitch
            self.offset = offset
        }
    }

    public let size: PixelSize
    public let format: PixelFormat
    /// One to four, in the order of the format's description; the same handle where they share a buffer.
    public let planes: [Plane]
    /// Nil leaves it to the driver, which takes the buffer's own, or linear.
    public let modifier: FormatModifier?

    public init(size: PixelSize, format: PixelFormat, planes: [Plane], modifier: FormatModifier? = nil) {
        self.size = size
        self.format = format
        self.planes = planes
        self.modifier = modifier
    }
}
