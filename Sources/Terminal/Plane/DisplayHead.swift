internal import DRM
internal import LinuxBase
internal import Measurements
internal import Pictures

/// One lit display: a card, a plan that its driver accepts, and the buffers for it. Every commit is made here.
final class DisplayHead {
    let card: OpenCard
    private(set) var plan: DisplayPlan
    private var layout: CardLayout
    private var request: DisplayRequest
    private let mode: PropertyBlob
    private let buffers: [PrimaryBuffer]
    /// The buffers that were committed last and before: one is on the screen, or was when the display was lost, and the
    /// other may still be on its way there.
    private var last = (newest: 1, before: 2)
    /// On the direct path: which memory this display can read.
    private(set) var source = ""
    /// On the interleaved path.
    let ring: InterleavedRing?

    /// Makes the buffers and asks the driver whether it would take the plan. Throws when it would not, or when what the
    /// plan needs cannot be had.
    init(_ plan: DisplayPlan, layout: CardLayout, stream: Rectangle, ringNumber: Int, on card: OpenCard)
        throws(DRMError)
    {
        self.card = card
        self.plan = plan
        self.layout = layout
        request = DisplayRequest(plan: plan, stream: stream)
        mode = try PropertyBlob(plan.mode.blob, on: card)
        buffers = [
            try PrimaryBuffer(mode: plan.mode.size, screen: plan.screen, on: card),
            try PrimaryBuffer(mode: plan.mode.size, screen: plan.screen, on: card),
            try PrimaryBuffer(mode: plan.mode.size, screen: plan.screen, on: card),
        ]
        ring =
            plan.path == .interleaved
            ? try InterleavedRing(number: ringNumber, size: stream.size, on: card) : nil
        if plan.path == .direct {
            try findSource(stream)
        } else {
            try test(ring?.framebuffer(0))
        }
    }

    /// Without an IOMMU a display takes contiguous memory only: tried is what counts.
    private func findSource(_ stream: Rectangle) throws(DRMError) {
        let layout = PlanarLayout(size: stream.size)
        var failure = DRMError.noMemory("neither a DMA heap nor udmabuf")
        for candidate in DMAMemory.sources() {
            do throws(DRMError) {
                let memory = try StreamMemory(
                    number: 0, layout: layout, bytes: (layout.byteCount + 4095) & ~4095, count: 1, source: candidate)
                try test(memory.framebuffer(0, on: card))
                source = candidate
                return
            } catch { failure = error }
        }
        throw failure
    }

    private func test(_ sample: Framebuffer?) throws(DRMError) {
        let picture = sample.map { DisplayRequest.Picture(framebuffer: $0.identifier, colour: .unspecified) }
        try card.card.commit(
            request.light(
                layout: layout, mode: mode.identifier, primary: buffers[0].framebuffer.identifier, picture: picture),
            [.testOnly, .allowModeSet])
    }

    /// The same plan on a card that has been looked at again: others may have moved what is theirs.
    func renew(_ plan: DisplayPlan, layout: CardLayout) {
        self.plan = plan
        self.layout = layout
        request = DisplayRequest(plan: plan, stream: request.stream)
    }

    /// Switches the controller off: what it has shown may be written again.
    func darken() throws(DRMError) { try card.card.commit(request.dark(), [.allowModeSet]) }

    private func committed(_ index: Int) {
        if index != last.newest { last = (index, last.newest) }
    }

    /// All buffers lack this part of the shadow.
    func damage(_ area: Rectangle) {
        for buffer in buffers { buffer.stale = buffer.stale.union(area) }
    }

    /// The buffer that is on the screen lacks something.
    func isStale(_ index: Int) -> Bool { !buffers[index].stale.isEmpty }

    func canShow(_ colour: ColourDescription) -> Bool { plan.stream?.colourValues(colour) != nil }

    /// Sets the mode and shows everything, waiting for it. Returns what is on the screen then.
    func light(
        shadow: borrowing MemoryPlane, video: (Scanout.Video, Framebuffer)?
    ) throws(DRMError) -> Scanout.Composition {
        // Nothing may be written that is on the screen, or may still get there, even if not for long.
        let index = (0..<3).first { $0 != last.newest && $0 != last.before } ?? 0
        buffers[index].stale = shadow.size.bounds
        buffers[index].refresh(from: shadow, origin: plan.origin)
        try card.card.commit(
            request.light(
                layout: layout, mode: mode.identifier, primary: buffers[index].framebuffer.identifier,
                picture: video.map { .init(framebuffer: $0.1.identifier, colour: $0.0.colour) }),
            [.allowModeSet], token: 0)
        committed(index)
        return Scanout.Composition(primary: index, video: video?.0)
    }

    /// Commits what differs from what is on the screen, at the next vertical blank, without waiting. Returns what will
    /// be there; nil when nothing differs.
    func change(
        from old: Scanout.Composition, video: (Scanout.Video, Framebuffer)?, shadow: borrowing MemoryPlane,
        token: UInt64
    ) throws(DRMError) -> Scanout.Composition? {
        var next = old
        var assignments = AtomicRequest()
        var clips: PropertyBlob?
        if isStale(old.primary) {
            next.primary = (old.primary + 1) % buffers.count
            // What this buffer lacks and what the screen lacks: right for drivers that count from either.
            let damage = buffers[next.primary].stale.union(buffers[old.primary].stale)
            buffers[next.primary].refresh(from: shadow, origin: plan.origin)
            clips = try PropertyBlob(
                DamageClips.bytes([damage.offset(x: plan.origin.x, y: plan.origin.y)]), on: card)
            request.change(
                primary: buffers[next.primary].framebuffer.identifier, clips: clips?.identifier ?? 0, in: &assignments)
        }
        if old.video != video?.0 {
            next.video = video?.0
            request.change(
                colour: old.video?.colour,
                to: video.map { .init(framebuffer: $0.1.identifier, colour: $0.0.colour) }, in: &assignments)
        }
        guard !assignments.isEmpty else { return nil }
        try card.card.commit(assignments, [.nonBlocking, .pageFlipEvent], token: token)
        committed(next.primary)
        return next
    }
}
