public import Pictures

/// What a stream was agreed to be, and with it how the shared memory is laid out. Both processes work it out from the
/// same numbers.
public struct DecoderTerms: Equatable, Sendable {
    public let size: PixelSize
    /// Largest access unit.
    public let maximumBytes: Int
    /// profile_idc, and the highest level_idc.
    public let profile: Int
    public let level: Int

    /// Access units that can be on their way: one being decoded, and more behind it, so that a burst after a stall of
    /// the network does not wait for a turn each.
    public static let slots = 4
    /// Frame buffers: what the codec may refer to (four references, the current one, the one before) and three for the
    /// terminal: on the screen, next, and one in between.
    public static let buffers = 9
    /// Largest side, pixels, and largest access unit, bytes, that any terminal agrees to.
    public static let sideLimit = 4096
    public static let bytesLimit = 16 << 20

    /// Nil when a number is outside its range.
    public init?(width: Int, height: Int, maximumBytes: Int, profile: Int, level: Int) {
        guard (16...Self.sideLimit).contains(width), (16...Self.sideLimit).contains(height),
            (1...Self.bytesLimit).contains(maximumBytes), (0...255).contains(profile), (0...255).contains(level)
        else { return nil }
        size = PixelSize(width: width, height: height)
        self.maximumBytes = maximumBytes
        self.profile = profile
        self.level = level
    }

    public var layout: PlanarLayout { PlanarLayout(size: size) }
    /// Bytes from one input slot, or one frame buffer, to the next: whole memory pages.
    public var slotStride: Int { (maximumBytes + 4095) & ~4095 }
    public var bufferStride: Int { Self.bufferStride(of: size) }
    public static func bufferStride(of size: PixelSize) -> Int { (PlanarLayout(size: size).byteCount + 4095) & ~4095 }
    /// All input slots.
    public var inputBytes: Int { slotStride * Self.slots }
    /// Memory that a decoder may take beside the shared one, and beside what it has when it gets its terms: copies of an
    /// access unit, the codec's tables (for 4096×4096 pixels and four references they grow to 57 MB), and as much again.
    public var roomBytes: Int { 32 << 20 + 4 * maximumBytes + 3 * bufferStride }
}
