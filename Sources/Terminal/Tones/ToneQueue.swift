/// Which tone comes next. Bounded: each tone waits at most once, in the place of the last time it was asked for. Pure.
///
///     idle ──add──▶ next ──▶ playing(tone) ──finish──▶ idle, or the next waiting
///
/// A click tells of the key just pressed and of nothing else: it waits behind no other tone, and gives way to all. Any
/// other tone is heard from its beginning after it was asked for, whatever else is; two of a kind that wait are one.
package struct ToneQueue {
    package private(set) var playing: Tone?
    package private(set) var waiting: [Tone] = []

    package init() {}

    package mutating func add(_ tone: Tone) {
        if tone == .key {
            guard playing == nil || playing == .key, waiting.allSatisfy({ $0 == .key }) else { return }
            waiting = [.key]
            return
        }
        waiting.removeAll { $0 == .key || $0 == tone }
        waiting.append(tone)
    }

    /// The tone to play now; nil while one plays, or when none waits.
    package mutating func next() -> Tone? {
        guard playing == nil, !waiting.isEmpty else { return nil }
        playing = waiting.removeFirst()
        return playing
    }

    package mutating func finish() { playing = nil }
}
