// Tones: what a terminal lets people hear, so that nobody needs to see how it went. Makes the sounds itself (no file, no
// mixer) and plays them on a thread of its own; never waits for the sound device, never fails for the lack of one, and
// never makes a sound of what was typed: every key clicks alike.

/// One sign to the ear. They differ in rhythm first, so that pitch is not needed to tell them apart, and their
/// fundamentals lie between 400 and 1500 Hz, which age-related hearing loss leaves longest.
public enum Tone: Equatable, Hashable, Sendable, CaseIterable {
    /// A key was taken: the same for all.
    case key
    /// The card was read and may be taken away.
    case cardRead
    case approved
    case declined
    /// Somebody should look at the screen.
    case attention

    /// One sound of a tone and the silence after it.
    public struct Note: Equatable, Sendable {
        /// The fundamental, in Hz.
        public var pitch: Double
        public var length: Duration
        public var rest: Duration

        public init(pitch: Double, length: Duration, rest: Duration = .zero) {
            self.pitch = pitch
            self.length = length
            self.rest = rest
        }
    }

    public var notes: [Note] {
        switch self {
        // tick
        case .key: [Note(pitch: 1000, length: .milliseconds(30))]
        // one long, level
        case .cardRead: [Note(pitch: 880, length: .milliseconds(300))]
        // short short long, rising
        case .approved:
            [
                Note(pitch: 523.25, length: .milliseconds(100), rest: .milliseconds(50)),
                Note(pitch: 659.25, length: .milliseconds(100), rest: .milliseconds(50)),
                Note(pitch: 783.99, length: .milliseconds(350)),
            ]
        // long long, falling
        case .declined:
            [
                Note(pitch: 493.88, length: .milliseconds(320), rest: .milliseconds(130)),
                Note(pitch: 415.3, length: .milliseconds(420)),
            ]
        // two short, a pause, two short
        case .attention:
            [
                Note(pitch: 740, length: .milliseconds(90), rest: .milliseconds(80)),
                Note(pitch: 740, length: .milliseconds(90), rest: .milliseconds(260)),
                Note(pitch: 740, length: .milliseconds(90), rest: .milliseconds(80)),
                Note(pitch: 740, length: .milliseconds(90)),
            ]
        }
    }

    /// From its first sample to its last.
    public var length: Duration { notes.reduce(.zero) { $0 + $1.length + $1.rest } }
}
