import Testing

import Tones

@Suite struct SynthesisTests {
    private func analysis(_ tone: Tone) -> Analysis { Analysis(samples: Synthesis.samples(of: tone, level: 100)) }

    @Test(arguments: Tone.allCases) func `a tone is as long as its notes, and begins and ends in silence`(tone: Tone) {
        let samples = Synthesis.samples(of: tone, level: 100)
        #expect(samples.count == Int((tone.length / .seconds(1) * 48_000).rounded()))
        #expect(samples.first == 0 && samples.last == 0)
        #expect(tone.length <= .seconds(1), "nobody waits for the end of it")
    }

    @Test(arguments: Tone.allCases) func `no level makes a tone clip, and none is louder than half of full scale`(
        tone: Tone
    ) {
        for level in [0, 1, 50, 100, 1000, -5] {
            let peak = Analysis(samples: Synthesis.samples(of: tone, level: level)).peak
            let bound = 16_384 * min(max(level, 0), 100) / 100
            #expect(peak <= bound, "level \(level)")
        }
        #expect(Analysis(samples: Synthesis.samples(of: tone, level: 0)).peak == 0)
        #expect(analysis(tone).peak > (tone == .key ? 4000 : 9000), "and full level is heard")
    }

    @Test(arguments: Tone.allCases) func `each note has its pitch, between 400 and 1500 Hz`(tone: Tone) {
        let analysis = analysis(tone)
        #expect(analysis.sounds.count == tone.notes.count)
        for (note, range) in zip(tone.notes, analysis.sounds) {
            #expect((400...1500).contains(note.pitch))
            let found = analysis.strongest(in: range, step: 4)
            // A click of 30 ms has a width of 60 Hz.
            #expect(abs(found - note.pitch) <= (tone == .key ? 30 : 6), "\(found) for \(note.pitch)")
        }
    }

    @Test(arguments: Tone.allCases) func `nothing clicks: no jump, and next to nothing above 5 kHz`(tone: Tone) {
        let analysis = analysis(tone)
        // What a sine of the third partial of 1000 Hz at this level may rise by in one sample, and some.
        #expect(analysis.steepest < 0.12, "\(analysis.steepest)")
        for range in analysis.sounds {
            // From a little before to a little after, so that edges count.
            let wide = max(range.lowerBound - 200, 0)..<min(range.upperBound + 200, analysis.samples.count)
            let loudest = analysis.amplitude(analysis.strongest(in: wide, step: 10), in: wide)
            for frequency in stride(from: 5000.0, through: 20_000, by: 250) {
                #expect(analysis.amplitude(frequency, in: wide) < loudest / 300, "\(frequency) Hz")
            }
        }
    }

    @Test(arguments: Tone.allCases) func `most of a tone is below 1600 Hz, where most people hear`(tone: Tone) {
        let analysis = analysis(tone)
        for (note, range) in zip(tone.notes, analysis.sounds) {
            let low = analysis.amplitude(note.pitch, in: range)
            #expect(low > 4 * analysis.amplitude(2 * note.pitch, in: range))
            #expect(low > 10 * analysis.amplitude(3 * note.pitch, in: range))
        }
    }

    /// Somebody who hears no pitch at all: how many sounds, and which are long.
    @Test func `rhythm alone tells the tones apart`() {
        func pattern(_ tone: Tone) -> String {
            analysis(tone).rhythm.map { part in
                part.isSound
                    ? (part.milliseconds < 50 ? "." : part.milliseconds < 150 ? "o" : "—")
                    : (part.milliseconds < 170 ? "" : " ")
            }.joined()
        }
        #expect(Tone.allCases.map(pattern) == [".", "—", "oo—", "——", "oo oo"])
    }

    @Test func `the sine is that of the mathematics`() {
        for step in -4000...4000 {
            let turns = Double(step) / 997
            #expect(abs(Synthesis.sine(turns: turns) - reference(turns)) < 1e-8)
        }
    }
}
