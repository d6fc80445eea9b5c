internal import DRM
internal import LinuxBase
public import Pictures

extension DisplayPlane {
    /// What the display hardware composes at this moment, all planes together, by the card's write-back connector: for
    /// tests, and for boards that nobody can point a camera at. Waits for it. Nil where the card has none, or is dark.
    public func readBack() throws(PlaneError) -> Picture? {
        guard let head, life.state == .lit, scanout.mayCommit else { return nil }
        do throws(DRMError) {
            return try head.readBack()
        } catch {
            throw .display(error.description)
        }
    }
}

extension DisplayHead {
    private static let patience: Duration = .seconds(10)

    fileprivate func readBack() throws(DRMError) -> Picture? {
        let connectors = try card.card.layout(probing: false).connectors
        guard let connector = connectors.first(where: { $0.isWriteback && plan.controller.isIn($0.controllers) }),
            let fence = connector.properties["WRITEBACK_OUT_FENCE_PTR"]
        else { return nil }
        let memory = try card.card.makeDumbBuffer(size: plan.mode.size, bitsPerPixel: 32)
        let target = try Framebuffer(
            FramebufferLayout(
                size: plan.mode.size, format: .xrgb8888, planes: [.init(handle: memory.handle, pitch: memory.pitch)]),
            on: card)
        var request = AtomicRequest()
        request.set(connector.identifier, connector.properties, "CRTC_ID", UInt64(plan.controller.identifier))
        request.set(connector.identifier, connector.properties, "WRITEBACK_FB_ID", UInt64(target.identifier))
        let done = try card.card.commit(
            request, [.allowModeSet], outFence: (connector.identifier, fence.identifier))
        if let done {
            do throws(SystemCallError) {
                _ = try Poll.wait(for: done.raw, events: .readable, timeout: Self.patience)
            } catch { throw .system(error) }
        }
        var release = AtomicRequest()
        release.set(connector.identifier, connector.properties, "CRTC_ID", 0)
        try card.card.commit(release, [.allowModeSet])
        return picture(of: memory)
    }

    private func picture(of memory: borrowing DumbBuffer) -> Picture {
        var picture = Picture(size: plan.screen)
        for y in 0..<plan.screen.height {
            for x in 0..<plan.screen.width {
                let offset = (y + plan.origin.y) * memory.pitch + (x + plan.origin.x) * 4
                // SAFETY: the screen lies inside the mode, of which the buffer holds every pixel.
                let word = unsafe memory.base.load(fromByteOffset: offset, as: UInt32.self)
                picture[x, y] = Colour(argb: word | 0xFF00_0000)
            }
        }
        return picture
    }
}
