public import Measurements

/// A commit has reached the screen: the picture before it is not read any more.
public struct FlipEvent: Equatable, Sendable {
    /// The controller's object number.
    public let controller: UInt32
    /// What the commit was given.
    public let token: UInt64
    /// The controller's count of vertical blanks.
    public let sequence: UInt32
    /// When the first pixel left for the screen, as far as the hardware can tell.
    public let time: MonotonicTime

    public init(controller: UInt32, token: UInt64, sequence: UInt32, time: MonotonicTime) {
        self.controller = controller
        self.token = token
        self.sequence = sequence
        self.time = time
    }

    /// The flips among the events (`struct drm_event`) that one read of a card brought. Other events are passed over; at
    /// the first that does not fit the bytes, reading ends.
    public static func parse(_ bytes: ArraySlice<UInt8>) -> [FlipEvent] {
        let words = NativeWords(bytes)
        var flips: [FlipEvent] = []
        var offset = 0
        while let kind = words.load(UInt32.self, at: offset), let length = words.load(UInt32.self, at: offset + 4) {
            guard length >= 8, Int(length) <= words.count - offset else { break }
            if kind == flipComplete, length >= 32, let flip = FlipEvent(words, at: offset) { flips.append(flip) }
            offset += Int(length)
        }
        return flips
    }

    /// DRM_EVENT_FLIP_COMPLETE.
    private static let flipComplete: UInt32 = 2

    /// `struct drm_event_vblank`. The time is of CLOCK_MONOTONIC since Linux 4.15, always.
    private init?(_ words: NativeWords, at offset: Int) {
        guard let token = words.load(UInt64.self, at: offset + 8),
            let seconds = words.load(UInt32.self, at: offset + 16),
            let microseconds = words.load(UInt32.self, at: offset + 20),
            let sequence = words.load(UInt32.self, at: offset + 24),
            let controller = words.load(UInt32.self, at: offset + 28)
        else { return nil }
        self.init(
            controller: controller, token: token, sequence: sequence,
            time: MonotonicTime(nanoseconds: UInt64(seconds) * 1_000_000_000 + UInt64(microseconds) * 1000))
    }
}
