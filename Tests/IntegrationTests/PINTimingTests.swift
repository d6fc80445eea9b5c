import Foundation
import LinuxBase
import Rig
import Testing

/// Somebody counts bytes on the line while a PIN is typed, with a clock as good as ours.
@Suite(.serialized) struct PINTimingTests {
    /// A press, as the one who counts could label it afterwards, and what the line looked like from then on.
    private struct Sample {
        let label: Int
        let features: [Double]
    }

    private static let clear = 10
    /// A thousand for the record.
    private static let rounds =
        Process.environment.compactMap { word -> Int? in
            word.hasPrefix("VITRINE_PIN_ROUNDS=") ? Int(word.dropFirst(19)) : nil
        }.first ?? 120

    @Test func `sizes and times on the line do not tell the digits of a PIN`() throws {
        var options = Rig.Options()
        options.isTimed = true
        options.accountOptions = ["pin": "7319", "pin-above": "0.00"]
        let rig = try Rig(options)
        try rig.storePINKey()
        try rig.startTerminal()
        try rig.event("link_up")
        let mark = try rig.mark()
        let launch = try rig.launch("wallet", invoice: try rig.invoice(amount: "24.90"))
        try rig.event("shown", from: mark)
        _ = try rig.settledPicture()

        let open = try press(Self.rounds / 2, rig)
        try rig.type("4", "7", "1", "1", "ok")
        try rig.event("pin", from: mark)
        Clock.sleep(.milliseconds(300))
        let hidden = try press(Self.rounds, rig)
        try rig.type("cancel")
        _ = try launch.wait()

        let line = try LineTimes(file: rig.lineTimes).passages
        // In clear a star that appears is another picture than one that goes: whoever looks as we do would see it.
        let control = accuracy(open.map { sample($0.label == Self.clear ? 1 : 0, $0.time, line) })
        #expect(control.share > 0.75, "the classifier can tell stars from none: \(control)")
        let digits = accuracy(hidden.filter { $0.label != Self.clear }.map { sample($0.label, $0.time, line) })
        #expect(digits.share <= 0.1 + 0.02 + digits.chance(of: 0.1), "\(digits)")
        let kinds = accuracy(hidden.map { sample($0.label == Self.clear ? 1 : 0, $0.time, line) })
        #expect(kinds.share <= 0.5 + 0.02 + kinds.chance(of: 0.5), "a digit from a clear: \(kinds)")
        print("PIN on the line: digits \(digits), digit or clear \(kinds), in clear \(control)")

        // The reason: every passage has the same size.
        let first = try #require(hidden.first?.time), last = try #require(hidden.last?.time)
        let during = line.filter { $0.time > first && $0.time < last }
        // Slots may pass two at a time when this machine is busy.
        let up = Set(during.filter(\.isUp).map(\.bytes)), down = Set(during.filter { !$0.isUp }.map(\.bytes))
        let (least, most) = (try #require(up.min()), try #require(down.min()))
        #expect(
            up.allSatisfy { $0.isMultiple(of: least) } && down.allSatisfy { $0.isMultiple(of: most) }, "\(up) \(down)")
    }

    /// Digits and clears in turn, at times of a person's, and when each was.
    private func press(_ rounds: Int, _ rig: Rig) throws -> [(label: Int, time: Double)] {
        var presses: [(label: Int, time: Double)] = []
        for _ in 0..<rounds {
            for label in [Int.random(in: 0...9), Self.clear] {
                presses.append((label, Date().timeIntervalSince1970))
                try rig.type(label == Self.clear ? "clear" : "\(label)")
                Clock.sleep(.milliseconds(Int64.random(in: 55...75)))
            }
        }
        return presses
    }

    /// Three passages each way from the press on: how long after it, and how large.
    private func sample(_ label: Int, _ time: Double, _ line: [LineTimes.Passage]) -> Sample {
        var features: [Double] = []
        for isUp in [true, false] {
            let next = line.lazy.filter { $0.isUp == isUp && $0.time >= time }.prefix(3)
            let found = Array(next)
            for index in 0..<3 {
                features.append(index < found.count ? (found[index].time - time) * 1000 : 0)
                features.append(index < found.count ? Double(found[index].bytes) : 0)
            }
        }
        return Sample(label: label, features: features)
    }

    private struct Accuracy: CustomStringConvertible {
        let right: Int
        let count: Int
        var share: Double { Double(right) / Double(max(count, 1)) }
        /// Three standard deviations of guessing.
        func chance(of share: Double) -> Double { 3 * (share * (1 - share) / Double(max(count, 1))).squareRoot() }
        var description: String { "\(right) of \(count)" }
    }

    /// A Gaussian naive Bayes classifier, trained on the first half of the presses and asked about the rest.
    private func accuracy(_ samples: [Sample]) -> Accuracy {
        let learnt = samples[..<(samples.count / 2)]
        let asked = samples[(samples.count / 2)...]
        let classes = Dictionary(grouping: learnt, by: \.label).mapValues { group in
            (0..<12).map { index -> (mean: Double, variance: Double) in
                let values = group.map { $0.features[index] }
                let mean = values.reduce(0, +) / Double(values.count)
                let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
                return (mean, max(variance, 0.01))
            }
        }
        let right = asked.count { sample in
            let best = classes.max { score(sample, $0.value) < score(sample, $1.value) }
            return best?.key == sample.label
        }
        return Accuracy(right: right, count: asked.count)
    }

    private func score(_ sample: Sample, _ model: [(mean: Double, variance: Double)]) -> Double {
        zip(sample.features, model).reduce(0) { sum, next in
            let distance = next.0 - next.1.mean
            return sum - distance * distance / (2 * next.1.variance) - 0.5 * log(next.1.variance)
        }
    }
}
