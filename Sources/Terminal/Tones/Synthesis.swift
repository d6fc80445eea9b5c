/// Makes samples of tones. Pure.
public enum Synthesis {
    /// Samples a second: the rate that every codec has without converting.
    public static let rate = 48_000
    /// The highest peak at full level, of 32,767: half of full scale (−6 dBFS), so that nothing clips behind it.
    public static let peak = 16_384.0
    /// A note rises and falls in this time, on half a cosine: a jump would click, and clicks carry no tone.
    static let attack: Duration = .milliseconds(6)
    static let release: Duration = .milliseconds(18)
    /// Level of each partial, of 1 in all. The octave and the twelfth let small loudspeakers carry low notes.
    static let partials = [0.78, 0.16, 0.06]
    /// A click is softer than what it announces nothing of.
    private static let keyLevel = 0.5

    /// Mono, 16 bits, at `rate`; the first and the last sample are silence. `level` is 0…100.
    public static func samples(of tone: Tone, level: Int) -> [Int16] {
        let full = peak * Double(min(max(level, 0), 100)) / 100 * (tone == .key ? keyLevel : 1)
        var samples: [Int16] = []
        samples.reserveCapacity(count(tone.length))
        for note in tone.notes {
            append(note, full: full, to: &samples)
            samples += [Int16](repeating: 0, count: count(note.rest))
        }
        return samples
    }

    private static func append(_ note: Tone.Note, full: Double, to samples: inout [Int16]) {
        let total = count(note.length)
        // A short note has the same shape, faster.
        let rise = min(count(attack), total / 4)
        let fall = min(count(release), total / 2)
        for index in 0..<total {
            let turns = note.pitch * Double(index) / Double(rate)
            var value = 0.0
            for (number, share) in partials.enumerated() { value += share * sine(turns: turns * Double(number + 1)) }
            let envelope = ramp(index, rise) * ramp(total - 1 - index, fall)
            samples.append(Int16((value * envelope * full).rounded()))
        }
    }

    private static func count(_ length: Duration) -> Int {
        Int(length.components.seconds) * rate + Int(length.components.attoseconds / 1_000_000_000) * rate
            / 1_000_000_000
    }

    /// 0 at place 0, 1 from place `length` on, half a cosine between.
    private static func ramp(_ place: Int, _ length: Int) -> Double {
        guard place < length else { return 1 }
        return 0.5 - 0.5 * sine(turns: Double(place) / Double(2 * length) + 0.25)
    }

    /// The sine of a number of whole turns, to 1e-8: Taylor's series on a quarter turn. (The C library's needs the C
    /// library, which no stage imports.)
    package static func sine(turns: Double) -> Double {
        var part = turns - turns.rounded()  // −0.5 … 0.5
        if part > 0.25 { part = 0.5 - part } else if part < -0.25 { part = -0.5 - part }
        let x = part * 2 * Double.pi
        let square = x * x
        var term = x
        var sum = x
        for step in 1...6 {
            term *= -square / Double((2 * step) * (2 * step + 1))
            sum += term
        }
        return sum
    }
}
