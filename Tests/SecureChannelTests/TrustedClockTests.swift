import Measurements
import SecureChannel
import TLS
import Testing

@Suite struct TrustedClockTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)
    private let built: Int64 = 1_790_000_000

    @Test func `a clock before the bound is not believed, one after it is`() {
        let clock = TrustedClock(bound: built, now: start)
        #expect(clock.verificationTime(system: 0, now: start) == .notBefore(built))
        #expect(clock.verificationTime(system: built - 1, now: start) == .notBefore(built))
        #expect(clock.verificationTime(system: built, now: start) == .exactly(built))
        #expect(clock.verificationTime(system: built + 99, now: start) == .exactly(built + 99))
    }

    @Test func `the bound moves with the time that passes`() {
        let clock = TrustedClock(bound: built, now: start)
        #expect(clock.lowerBound(now: start + .milliseconds(2500)) == built + 2)
    }

    @Test func `a server's word moves the bound forward, and no further than its certificate`() {
        var clock = TrustedClock(bound: built, now: start)
        clock.learn(built + 1000, certificateEnd: built + 500, now: start)
        #expect(clock.lowerBound(now: start) == built + 500)
        clock.learn(built + 100, certificateEnd: built + 5000, now: start)
        #expect(clock.lowerBound(now: start) == built + 500)
        clock.learn(.max, certificateEnd: built + 700, now: start)
        #expect(clock.lowerBound(now: start) == built + 700)
    }

    @Test func `a wrong clock leaves nothing behind`() {
        let clock = TrustedClock(bound: built, now: start)
        _ = clock.verificationTime(system: built + 100 * 365 * 86400, now: start)
        #expect(clock.verificationTime(system: built + 5, now: start) == .exactly(built + 5))
    }

    @Test func `an end before the time is an end, by either kind of time`() {
        #expect(VerificationTime.exactly(10).isAfter(9, system: 0))
        #expect(VerificationTime.notBefore(10).isAfter(9, system: 0))
        #expect(!VerificationTime.notBefore(10).isAfter(10, system: 99))
        #expect(VerificationTime.system.isAfter(9, system: 10))
    }
}
