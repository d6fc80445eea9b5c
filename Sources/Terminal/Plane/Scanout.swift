public import Measurements
public import Pictures

/// A picture of the stream in memory that the display can scan out.
public struct FrameReference: Equatable, Hashable, Sendable {
    /// Which memory: a new one for each decoder.
    public let memory: Int
    /// Which buffer of it.
    public let buffer: Int

    public init(memory: Int, buffer: Int) {
        self.memory = memory
        self.buffer = buffer
    }
}

/// What is on the screen, what is on its way there, and what shall come next. Pure.
///
///     wanted ── begin ──▶ in flight ── flipped ──▶ on screen
///
/// One commit is in flight at a time; whatever is wanted meanwhile is overtaken by what is wanted later.
public struct Scanout: Equatable, Sendable {
    public struct Video: Equatable, Sendable {
        public var frame: FrameReference
        public var colour: ColourDescription
        public init(frame: FrameReference, colour: ColourDescription) {
            self.frame = frame
            self.colour = colour
        }
    }

    /// One picture of the whole screen: a buffer of the primary plane, and the stream above it or not.
    public struct Composition: Equatable, Sendable {
        public var primary: Int
        public var video: Video?
        public init(primary: Int, video: Video?) {
            self.primary = primary
            self.video = video
        }
    }

    public private(set) var onScreen: Composition?
    public private(set) var inFlight: (composition: Composition, token: UInt64, since: MonotonicTime)?
    /// What the stream's plane shall show; kept while there is no display, so that it is there when one comes back.
    public private(set) var video: Video?
    private var tokens: UInt64 = 0

    public init() {}

    public static func == (a: Scanout, b: Scanout) -> Bool {
        a.onScreen == b.onScreen && a.inFlight?.composition == b.inFlight?.composition
            && a.inFlight?.token == b.inFlight?.token && a.video == b.video && a.tokens == b.tokens
    }

    /// Frames that must not be written to.
    public var held: Set<FrameReference> {
        Set([onScreen?.video?.frame, inFlight?.composition.video?.frame, video?.frame].compactMap { $0 })
    }

    /// Sets what the stream's plane shall show. Returns the frames that nobody holds any longer.
    public mutating func want(_ video: Video?) -> Set<FrameReference> {
        let before = held
        self.video = video
        return before.subtracting(held)
    }

    /// A commit may be made now.
    public var mayCommit: Bool { inFlight == nil }

    /// The number for the next commit's flip event.
    public mutating func nextToken() -> UInt64 {
        tokens += 1
        return tokens
    }

    /// The kernel has taken a commit; its flip event will carry `token`.
    public mutating func begin(_ composition: Composition, token: UInt64, at now: MonotonicTime) {
        precondition(inFlight == nil, "one commit is in flight")
        inFlight = (composition, token, now)
    }

    /// The kernel has done a commit that waited for it.
    public mutating func lit(with composition: Composition) -> Set<FrameReference> {
        let before = held
        inFlight = nil
        onScreen = composition
        return before.subtracting(held)
    }

    /// A flip event. Nil for one that nobody waits for: from before a mode set, or another's.
    public mutating func flipped(token: UInt64) -> Set<FrameReference>? {
        guard let flight = inFlight, flight.token == token else { return nil }
        return lit(with: flight.composition)
    }

    /// The display is gone, and with it what was on it.
    public mutating func darkened() -> Set<FrameReference> {
        let before = held
        inFlight = nil
        onScreen = nil
        return before.subtracting(held)
    }
}
