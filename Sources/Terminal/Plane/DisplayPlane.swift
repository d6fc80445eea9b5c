internal import DRM
public import LinuxBase
public import Measurements
public import Pictures

/// What a display has to tell its owner.
public enum DisplayEvent: Equatable, Sendable {
    /// A display is lit; on this path from now on.
    case lit(String, FramePath)
    /// The stream's newest picture cannot be shown any longer: it must be shown again, on this path.
    case streamLost
    /// There is none, for this reason; it is searched for.
    case dark(NoDisplay)
    /// The display holds a picture of the stream no longer: its buffer may be written again.
    case released(FrameReference)
    /// A picture is on the screen since `time`: the vertical blank, by the kernel's clock.
    case flipped(video: FrameReference?, time: MonotonicTime)
    /// A commit failed, and the display is set anew.
    case stumbled(String)
}

/// Memory of the display's for a decoder to decode into.
public struct StreamBuffers: Sendable {
    /// How `FrameReference` names it.
    public let number: Int
    /// A DMA-BUF for each buffer.
    public let descriptors: [SharedDescriptor]
}

/// The screen on a real display: keeps one lit whenever there is one, shows the shadow (everything that the trusted
/// environment draws) on its primary plane, and the stream on a plane of its own where the hardware can. Never waits,
/// but for a mode set when a display is found. Terminal's main thread.
public final class DisplayPlane {
    let target: DisplayTarget
    private(set) var screen = PixelSize(width: 0, height: 0)
    private(set) var stream = Rectangle.empty
    var life: DisplayLife
    var scanout = Scanout()
    var card: OpenCard?
    var head: DisplayHead?
    private(set) var memories: [StreamMemory] = []
    private var numbers = 0
    /// The number of the memory that is decoded into now; 0 between sessions.
    private var newest = 0
    private var kernel: KernelEvents
    var console: VirtualTerminal?
    var events: [DisplayEvent] = []
    public internal(set) var statistics = DisplayStatistics()
    /// A commit was refused as too early; tried again then.
    var retry: MonotonicTime?

    /// Failures since the last flip, and the paths that were given up for them.
    var stumbles = 0
    var distrusted: Set<FramePath> = []
    static let stumbleLimit = 3
    /// What was told of the display that is lit: it is told once.
    var told: String?

    /// A flip that has not come by then never will.
    static let flipPatience: Duration = .milliseconds(500)

    /// Opens the kernel's events and the virtual terminal, not yet a display: there may be none.
    public init(_ target: DisplayTarget, now: MonotonicTime) throws(PlaneError) {
        self.target = target
        life = DisplayLife(now: now)
        do throws(SystemCallError) {
            kernel = try KernelEvents(subsystems: ["drm"])
            if let number = target.terminal { console = try VirtualTerminal(Int32(number)) }
        } catch { throw .system(error) }
    }

    /// The size of the display that is plugged in; nil when there is none.
    public func naturalSize() -> PixelSize? {
        do throws(NoDisplay) {
            return try DisplayPlanner.plans(for: openCard(probing: true), target: target, screen: nil)[0].screen
        } catch { return nil }
    }

    /// Says what the screen is, and lights a display if there is one. Until then nothing else may be called.
    public func start(_ shadow: borrowing MemoryPlane, stream: Rectangle, now: MonotonicTime) {
        screen = shadow.size
        self.stream = stream
        guard isConsoleOurs() else { return leave() }
        search(probing: true, shadow, now)
    }

    /// False when another virtual terminal is in front: ours has been asked for, and comes.
    private func isConsoleOurs() -> Bool {
        switch console {
        case .none: return true
        case .some(let console):
            do throws(SystemCallError) {
                if try console.isActive() { return true }
                try console.activate()
                return false
            } catch {
                events.append(.stumbled("virtual terminal: \(error)"))
                return true
            }
        }
    }

    /// The path of the display that is lit.
    public var path: FramePath? { head?.plan.path }

    public var watched: [(descriptor: Int32, events: Poll.Events)] {
        [
            (kernel.descriptor, .readable), (card?.card.descriptor ?? -1, .readable),
            (consoleDescriptor, .readable),
        ]
    }

    private var consoleDescriptor: Int32 {
        switch console {
        case .some(let console): console.descriptor
        case .none: -1
        }
    }

    public var deadline: MonotonicTime? {
        let flip = scanout.inFlight.map { $0.since + Self.flipPatience }
        return [life.deadline, flip, retry].compactMap { $0 }.min()
    }

    /// Does what is due: flips, plugging and unplugging, searching. Returns what happened since the last call.
    public func handle(_ shadow: borrowing MemoryPlane, now: MonotonicTime) -> [DisplayEvent] {
        takeFlips(shadow, now)
        takeSwitches(shadow, now)
        takeKernelEvents(shadow, now)
        if let action = life.due(now) { perform(action, shadow, now) }
        if let flight = scanout.inFlight, now >= flight.since + Self.flipPatience {
            stumble("no flip for \(now - flight.since)", shadow, now)
        }
        if let time = retry, now >= time {
            retry = nil
            advance(shadow, now)
        }
        defer { events = [] }
        return events
    }

    /// Shows what was drawn into the shadow, and what was asked of the stream's plane.
    public func commit(_ shadow: borrowing MemoryPlane, damage: Rectangle, now: MonotonicTime) {
        if !damage.isEmpty { head?.damage(damage) }
        advance(shadow, now)
    }

    // MARK: The stream

    /// Memory for a new decoder: `count` buffers of `bytes`, in each a picture of `layout`; nil when the display shows
    /// only copies.
    public func openStream(layout: PlanarLayout, bytes: Int, count: Int) -> StreamBuffers? {
        closeStream()
        guard let head, head.plan.path == .direct, layout.size == stream.size else { return nil }
        do throws(DRMError) {
            let memory = try StreamMemory(
                number: nextNumber(), layout: layout, bytes: bytes, count: count, source: head.source)
            memories.append(memory)
            newest = memory.number
            return StreamBuffers(number: memory.number, descriptors: memory.descriptors)
        } catch {
            events.append(.stumbled("no memory for pictures that the display can show: \(error)"))
            return nil
        }
    }

    /// The decoder is gone. Its last picture stays on the screen until something else is shown.
    public func closeStream() {
        newest = 0
        prune()
    }

    /// Shows a picture that was decoded into memory of `openStream`. False when it must be copied: another display has
    /// taken its place, or this one does not know its colours.
    public func show(_ frame: FrameReference, colour: ColourDescription) -> Bool {
        guard let head, head.plan.path == .direct, head.canShow(colour),
            let memory = memories.first(where: { $0.number == frame.memory })
        else { return false }
        do throws(DRMError) { try memory.flush(frame.buffer) } catch { return false }
        want(.init(frame: frame, colour: colour))
        statistics.direct += 1
        return true
    }

    /// Writes the damaged part of a picture into a buffer of the display, and shows that. False where the display has
    /// no plane for it.
    public func show(_ view: PlanarView, damage: Rectangle, colour: ColourDescription) -> Bool {
        guard let head, let ring = head.ring, head.canShow(colour), view.layout.size == stream.size else {
            return false
        }
        let written = ring.write(view, damage: damage, held: scanout.onScreenAndInFlight)
        statistics.interleaved += 1
        statistics.copiedBytes += written.bytes
        want(.init(frame: FrameReference(memory: ring.number, buffer: written.buffer), colour: colour))
        return true
    }

    /// A picture was converted into the shadow: the stream's plane must not hide it.
    public func noteConverted(bytes: Int) {
        statistics.converted += 1
        statistics.copiedBytes += bytes
        hideStream()
    }

    /// A display is lit, and nothing is on its way to it.
    public var isSettled: Bool { life.state == .lit && scanout.mayCommit && retry == nil }

    /// The picture that the stream's plane shows or shall show.
    public var newestFrame: FrameReference? { scanout.video?.frame }

    /// The stream's plane goes at the next commit, in which the shadow shows what is to be there instead.
    public func hideStream() { want(nil) }

    private func want(_ video: Scanout.Video?) { release(scanout.want(video)) }

    func release(_ frames: Set<FrameReference>) {
        for frame in frames where memories.contains(where: { $0.number == frame.memory }) {
            events.append(.released(frame))
        }
        prune()
    }

    /// Memory of earlier decoders lasts until their pictures have left the screen.
    private func prune() {
        let held = Set(scanout.held.map(\.memory))
        memories.removeAll { $0.number != newest && !held.contains($0.number) }
    }

    func framebuffer(_ video: Scanout.Video?) throws(DRMError) -> (Scanout.Video, Framebuffer)? {
        guard let video, let head, head.canShow(video.colour) else { return nil }
        if let ring = head.ring, ring.number == video.frame.memory {
            return (video, ring.framebuffer(video.frame.buffer))
        }
        guard head.plan.path == .direct, let memory = memories.first(where: { $0.number == video.frame.memory }) else {
            return nil
        }
        return (video, try memory.framebuffer(video.frame.buffer, on: head.card))
    }

    func nextNumber() -> Int {
        numbers += 1
        return numbers
    }

    private func takeKernelEvents(_ shadow: borrowing MemoryPlane, _ now: MonotonicTime) {
        do throws(SystemCallError) {
            let notices = try kernel.take()
            guard !notices.isEmpty else { return }
            // An open card that has been removed may go on saying that all is well.
            if notices.contains(where: isRemoval) { return loseCard(shadow, now) }
        } catch {
            events.append(.stumbled("\(error)"))
        }
        // Whatever it was, and if something was lost all the more: look.
        if let action = life.hardwareChanged(now) { perform(action, shadow, now) }
    }

    private func isRemoval(_ notice: KernelEvents.Notice) -> Bool {
        guard case .event(let event) = notice, event.action == "remove", let node = card?.node else {
            return false
        }
        return event.properties["DEVNAME"].map { "/dev/\($0)" == node } ?? false
    }
}
