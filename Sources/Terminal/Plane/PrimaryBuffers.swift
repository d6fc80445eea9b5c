internal import DRM
internal import Pictures

/// One buffer of the primary plane: the whole mode in XRGB8888, with the screen in its middle.
final class PrimaryBuffer {
    let framebuffer: Framebuffer
    private let memory: DumbBuffer
    /// What has been drawn since this buffer was last filled, in the screen's pixels.
    var stale: Rectangle

    init(mode: PixelSize, screen: PixelSize, on card: OpenCard) throws(DRMError) {
        memory = try card.card.makeDumbBuffer(size: mode, bitsPerPixel: 32)
        framebuffer = try Framebuffer(
            FramebufferLayout(
                size: mode, format: .xrgb8888, planes: [.init(handle: memory.handle, pitch: memory.pitch, offset: 0)],
                modifier: nil), on: card)
        stale = screen.bounds
    }

    /// Copies what is stale from the shadow, which is in cached memory: the display's own may be slow to read.
    func refresh(from shadow: borrowing MemoryPlane, origin: (x: Int, y: Int)) {
        let area = stale.intersection(shadow.size.bounds)
        stale = .empty
        guard !area.isEmpty else { return }
        unsafe shadow.withPixels { (source, stride) throws(Never) in
            for row in area.y..<area.maxY {
                // SAFETY: the area lies inside the shadow, and the screen at its origin inside the mode.
                unsafe memory.base.advanced(by: (row + origin.y) * memory.pitch + (area.x + origin.x) * 4).copyMemory(
                    from: source + row * stride + area.x * 4, byteCount: area.width * 4)
            }
        }
    }
}
