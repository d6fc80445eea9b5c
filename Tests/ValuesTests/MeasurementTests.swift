import Measurements
import Testing

@Suite struct MeasurementTests {
    @Test func `a percentile is a sample that happened, by nearest rank`() {
        let hundred = Percentiles((1...100).map(Double.init).shuffled())
        let rows: [(Double, Double)] = [(0, 1), (0.01, 1), (0.011, 2), (0.5, 50), (0.95, 95), (0.951, 96), (1, 100)]
        for (fraction, expected) in rows { #expect(hundred.value(fraction) == expected, "\(fraction)") }
        #expect(hundred.p50 == 50 && hundred.p95 == 95 && hundred.min == 1 && hundred.max == 100)
        let three = Percentiles([30, 10, 20])
        #expect(three.p50 == 20 && three.p95 == 30 && three.count == 3)
    }

    @Test func `no samples give no figure, and one sample is every figure`() {
        let none = Percentiles([])
        #expect(none.p50 == nil && none.p95 == nil && none.min == nil && none.max == nil && none.count == 0)
        let one = Percentiles([7])
        #expect(one.value(0) == 7 && one.p95 == 7 && one.value(1) == 7)
    }

    @Test func `times compare, and their difference may be negative`() {
        let early = MonotonicTime(nanoseconds: 1_000_000_000)
        let late = early + .milliseconds(1500)
        #expect(late.nanoseconds == 2_500_000_000)
        #expect(early < late)
        #expect(late - early == .milliseconds(1500))
        #expect(early - late == .milliseconds(-1500))
        #expect(late + .milliseconds(-1500) == early)
    }

    @Test func `durations in nanoseconds and milliseconds`() {
        #expect(Duration.microseconds(1500).milliseconds == 1.5)
        #expect(Duration.seconds(-2).wholeNanoseconds == -2_000_000_000)
        #expect(Duration(secondsComponent: 0, attosecondsComponent: 1_999_999_999).wholeNanoseconds == 1)
    }
}
