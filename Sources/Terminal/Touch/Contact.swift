// Touch: fingers on the screen become keys or pointer events. Knows where keys are and not how they look; never draws,
// never logs where a finger was, and decides nothing about what a key does. Lives on the terminal's main thread.

public import Measurements

/// One change of one finger.
public struct Contact: Equatable, Sendable {
    public enum Phase: Equatable, Sendable {
        case down
        case move
        case up
    }

    /// Which finger, for as long as it stays down.
    public var slot: Int
    public var phase: Phase
    /// In pixels of the screen.
    public var x: Int
    public var y: Int
    /// Too broad for a finger, or the panel says so.
    public var isPalm: Bool
    public var time: MonotonicTime

    public init(slot: Int, phase: Phase, x: Int, y: Int, isPalm: Bool = false, time: MonotonicTime) {
        self.slot = slot
        self.phase = phase
        self.x = x
        self.y = y
        self.isPalm = isPalm
        self.time = time
    }
}

/// What an application that asks for touch gets: one finger, in pixels of its own picture.
public struct PointerEvent: Equatable, Sendable {
    public enum Phase: Equatable, Sendable {
        case down
        case move
        case up
        /// What began with `down` did not happen.
        case cancel
    }

    public var phase: Phase
    public var x: Int
    public var y: Int

    public init(phase: Phase, x: Int, y: Int) {
        self.phase = phase
        self.x = x
        self.y = y
    }
}
