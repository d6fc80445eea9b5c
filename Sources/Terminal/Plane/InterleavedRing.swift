internal import DRM
internal import Pictures
internal import Scaling

/// Three NV12 buffers of the display: one on the screen, one on its way there, one to write.
final class InterleavedRing {
    static let count = 3
    let number: Int
    private let buffers: [Buffer]

    private final class Buffer {
        let memory: DumbBuffer
        let framebuffer: Framebuffer
        var stale: Rectangle
        let size: PixelSize

        init(_ size: PixelSize, on card: OpenCard) throws(DRMError) {
            // Eight bits a sample: all rows of luma, then half as many of both chroma components side by side.
            let rows = size.height + (size.height + 1) / 2
            memory = try card.card.makeDumbBuffer(
                size: PixelSize(width: (size.width + 1) & ~1, height: rows), bitsPerPixel: 8)
            framebuffer = try Framebuffer(
                FramebufferLayout(
                    size: size, format: .nv12,
                    planes: [
                        .init(handle: memory.handle, pitch: memory.pitch, offset: 0),
                        .init(handle: memory.handle, pitch: memory.pitch, offset: memory.pitch * size.height),
                    ], modifier: nil), on: card)
            stale = size.bounds
            self.size = size
        }
    }

    init(number: Int, size: PixelSize, on card: OpenCard) throws(DRMError) {
        var made: [Buffer] = []
        for _ in 0..<Self.count { made.append(try Buffer(size, on: card)) }
        self.number = number
        buffers = made
    }

    func framebuffer(_ buffer: Int) -> Framebuffer { buffers[buffer].framebuffer }

    /// Writes what has changed since a buffer was last written into one that nobody holds. Returns it, and the bytes
    /// written.
    func write(_ frame: PlanarView, damage: Rectangle, held: Set<FrameReference>) -> (buffer: Int, bytes: Int) {
        for buffer in buffers { buffer.stale = buffer.stale.union(damage) }
        let free = (0..<Self.count).first { !held.contains(FrameReference(memory: number, buffer: $0)) }
        guard let index = free else {
            preconditionFailure("the screen holds two buffers, and the next picture is written into the third")
        }
        let buffer = buffers[index]
        let area = buffer.stale.alignedToChroma(within: buffer.size.bounds)
        buffer.stale = .empty
        guard !area.isEmpty else { return (index, 0) }
        // SAFETY: the buffer has a row of luma for each row of the picture, and chroma after them.
        unsafe Scaling.planarToNV12(
            frame, area: area, luma: buffer.memory.base,
            chroma: buffer.memory.base + buffer.memory.pitch * buffer.size.height,
            stride: buffer.memory.pitch)
        return (index, area.width * area.height * 3 / 2)
    }
}
