internal import LinuxBase
internal import Measurements
internal import Sound

/// The device while it is needed. Lives on the player's thread.
///
///     closed ──tone──▶ open ──played──▶ resting ──`linger` without a tone──▶ closed
///       ▲                │ fails: reported once, not tried for `retryEvery`      │
///       └────────────────┴───────────────────────────────────────────────────────┘
package struct Speaker: ~Copyable {
    /// Keys that are typed in a row need no opening; an idle terminal holds no amplifier awake.
    static let linger: Duration = .seconds(5)
    /// A missing device is not looked for at each key.
    package static let retryEvery: Duration = .seconds(5)
    /// A device that takes nothing for so long is given up.
    static let stallLimit: Duration = .seconds(1)
    /// How often a full device is asked again.
    static let pause: Duration = .milliseconds(10)

    private let device: String
    private let retryEvery: Duration
    private let report: @Sendable (ToneReport) -> Void
    private let sounds: [Tone: [Int16]]
    private var output: SoundOutput?
    private var lastReport: ToneReport?
    private var retryAt = MonotonicTime(nanoseconds: 0)
    private var closeAt: MonotonicTime?

    package init(
        device: String, level: Int, retryEvery: Duration = Speaker.retryEvery,
        report: @escaping @Sendable (ToneReport) -> Void
    ) {
        self.device = device
        self.retryEvery = retryEvery
        self.report = report
        sounds = Dictionary(
            uniqueKeysWithValues: Tone.allCases.map { ($0, Synthesis.samples(of: $0, level: level)) })
    }

    /// Blocks until `tone` has been heard, or cannot be, or `isOver`.
    package mutating func play(_ tone: Tone, isOver: () -> Bool) {
        // What says how it went looks for the device each time.
        guard output != nil || tone != .key || Clock.now() >= retryAt, let samples = sounds[tone] else { return }
        let wasOpen = output != nil
        do throws(SoundError) { return try perform(samples[...], isOver: isOver) } catch { giveUp(error) }
        // It may have been unplugged and be back since the last tone: this one need not be the price of noticing.
        guard wasOpen, !isOver() else { return }
        do throws(SoundError) { try perform(samples[...], isOver: isOver) } catch { giveUp(error) }
    }

    private mutating func perform(_ samples: ArraySlice<Int16>, isOver: () -> Bool) throws(SoundError) {
        if output == nil { output = try SoundOutput(device, rate: Synthesis.rate) }
        try write(samples, isOver: isOver)
        try finish(isOver: isOver)
        tell(.playing(device: device))
        closeAt = Clock.now() + Self.linger
    }

    private mutating func giveUp(_ error: SoundError) {
        output = nil
        retryAt = Clock.now() + retryEvery
        tell(.silent(error))
    }

    /// How long to wait for a tone before `rest`; nil for ever.
    var restLimit: Duration? { output == nil ? nil : closeAt.map { max($0 - Clock.now(), .zero) } }

    /// Lets go of the device, and of what it has not played.
    mutating func close() { output = nil }

    /// Lets go of the device when nothing was played for long.
    mutating func rest() {
        if let closeAt, Clock.now() >= closeAt {
            output = nil
            self.closeAt = nil
        }
    }

    private mutating func write(_ samples: ArraySlice<Int16>, isOver: () -> Bool) throws(SoundError) {
        var rest = samples
        var progress = Clock.now()
        while !rest.isEmpty, !isOver() {
            let taken = try output?.write(rest) ?? 0
            rest = rest.dropFirst(taken)
            if taken > 0 {
                progress = Clock.now()
            } else {
                try checkStall(since: progress)
                try output?.wait(limit: Self.pause)
            }
        }
    }

    private mutating func finish(isOver: () -> Bool) throws(SoundError) {
        let begun = Clock.now()
        while !isOver(), try output?.finish() == false {
            try checkStall(since: begun)
            Clock.sleep(Self.pause)
        }
    }

    private func checkStall(since begun: MonotonicTime) throws(SoundError) {
        guard Clock.now() - begun < Self.stallLimit else { throw .stalled(device: device) }
    }

    private mutating func tell(_ news: ToneReport) {
        guard news != lastReport else { return }
        lastReport = news
        report(news)
    }
}
