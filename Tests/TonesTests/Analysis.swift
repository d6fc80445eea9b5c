import Glibc
import Tones

/// What an ear, and a spectrum analyser, make of samples.
struct Analysis {
    let samples: [Int16]
    static let rate = Double(Synthesis.rate)

    var peak: Int { samples.map { abs(Int($0)) }.max() ?? 0 }

    /// The loudest step between neighbours, of full scale.
    var steepest: Double {
        zip(samples, samples.dropFirst()).map { Double(abs(Int($1) - Int($0))) / 32768 }.max() ?? 0
    }

    /// Lengths of sounds and of the silences between them, in ms: sound first. Heard where a window of 4 ms is above a
    /// fiftieth of the peak.
    var rhythm: [(isSound: Bool, milliseconds: Double)] {
        let window = Synthesis.rate / 250
        var result: [(isSound: Bool, milliseconds: Double)] = []
        for start in stride(from: 0, to: samples.count, by: window) {
            let part = samples[start..<min(start + window, samples.count)]
            let isSound = part.contains { abs(Int($0)) > peak / 50 }
            let length = Double(part.count) * 1000 / Self.rate
            if result.last?.isSound == isSound {
                result[result.count - 1].milliseconds += length
            } else {
                result.append((isSound, length))
            }
        }
        if result.first?.isSound == false { result.removeFirst() }
        if result.last?.isSound == false { result.removeLast() }
        return result
    }

    /// Amplitude of one frequency, of full scale, with a Hann window over `range`: Goertzel's recurrence.
    func amplitude(_ frequency: Double, in range: Range<Int>) -> Double { amplitude(frequency, of: windowed(range)) }

    /// The strongest frequency from 100 Hz to 8 kHz, to `step`.
    func strongest(in range: Range<Int>, step: Double) -> Double {
        let values = windowed(range)
        func best(_ frequencies: StrideThrough<Double>) -> Double {
            frequencies.map { (frequency: $0, amplitude: amplitude($0, of: values)) }
                .max { $0.amplitude < $1.amplitude }?.frequency ?? 0
        }
        // A Hann window over the longest note is 9 Hz wide: no peak hides between coarse steps of half its width.
        let width = Self.rate / Double(range.count)
        let coarse = best(stride(from: 100, through: 8000, by: max(width, step)))
        return best(stride(from: coarse - width, through: coarse + width, by: step))
    }

    private func windowed(_ range: Range<Int>) -> [Double] {
        range.map { index in
            let place = Double(index - range.lowerBound) / Double(range.count)
            return Double(samples[index]) / 32768 * (0.5 - 0.5 * cos(2 * Double.pi * place))
        }
    }

    private func amplitude(_ frequency: Double, of values: [Double]) -> Double {
        let turn = 2 * Double.pi * frequency / Self.rate
        let factor = 2 * cos(turn)
        var (last, before) = (0.0, 0.0)
        for value in values { (last, before) = (value + factor * last - before, last) }
        let power = last * last + before * before - factor * last * before
        return 4 * max(power, 0).squareRoot() / Double(values.count)
    }

    /// Where the sounds are, as ranges of samples.
    var sounds: [Range<Int>] {
        var place = samples.firstIndex { $0 != 0 } ?? 0
        return rhythm.compactMap { part in
            let length = Int(part.milliseconds * Self.rate / 1000)
            defer { place += length }
            return part.isSound ? place..<min(place + length, samples.count) : nil
        }
    }
}
