internal import DRM
internal import LinuxBase
internal import Pictures

/// Memory that one decoder decodes into and the display scans out of: a DMA-BUF for each buffer, since not every driver
/// minds where in a larger one a picture begins. It outlives its decoder for as long as one of its pictures is on the
/// screen.
final class StreamMemory {
    let number: Int
    let descriptors: [SharedDescriptor]
    private let layout: PlanarLayout
    /// On the card where it was used last.
    private var card: OpenCard?
    private var surfaces: [Surface?]

    /// A buffer as the card knows it.
    private final class Surface {
        let framebuffer: Framebuffer
        private let handle: UInt32
        private let card: OpenCard

        init(_ descriptor: SharedDescriptor, _ layout: PlanarLayout, on card: OpenCard) throws(DRMError) {
            let handle = try card.card.importBuffer(descriptor.raw)
            do throws(DRMError) {
                framebuffer = try Framebuffer(
                    FramebufferLayout(
                        size: layout.size, format: .yuv420,
                        planes: [
                            .init(handle: handle, pitch: layout.lumaStride, offset: 0),
                            .init(handle: handle, pitch: layout.chromaStride, offset: layout.uOffset),
                            .init(handle: handle, pitch: layout.chromaStride, offset: layout.vOffset),
                        ]), on: card)
            } catch {
                card.card.closeBuffer(handle)
                throw error
            }
            self.handle = handle
            self.card = card
        }

        deinit { card.card.closeBuffer(handle) }
    }

    init(number: Int, layout: PlanarLayout, bytes: Int, count: Int, source: String) throws(DRMError) {
        var descriptors: [SharedDescriptor] = []
        for _ in 0..<count {
            let memory = try DMAMemory.allocate(name: "vitrine-frame", count: bytes, from: source)
            descriptors.append(SharedDescriptor(memory.takeDescriptor()))
        }
        self.number = number
        self.layout = layout
        self.descriptors = descriptors
        surfaces = descriptors.map { _ in nil }
    }

    /// The framebuffer on one of the buffers; made when it is first asked for on this card.
    func framebuffer(_ buffer: Int, on card: OpenCard) throws(DRMError) -> Framebuffer {
        if self.card !== card {
            forgetCard()
            self.card = card
        }
        if let surface = surfaces[buffer] { return surface.framebuffer }
        let surface = try Surface(descriptors[buffer], layout, on: card)
        surfaces[buffer] = surface
        return surface.framebuffer
    }

    /// The decoder has written a buffer, on a processor whose caches the display may not see.
    func flush(_ buffer: Int) throws(DRMError) {
        try DMAMemory.publish(descriptors[buffer].raw)
    }

    /// Lets go of the card, which somebody may want to close.
    func forgetCard() {
        surfaces = descriptors.map { _ in nil }
        card = nil
    }
}
