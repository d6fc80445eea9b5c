internal import Glibc
public import Measurements

/// Waiting for descriptors with poll(2).
public enum Poll {
    public struct Events: OptionSet, Sendable {
        public let rawValue: Int16
        public init(rawValue: Int16) { self.rawValue = rawValue }
        public static let readable = Events(rawValue: Int16(POLLIN))
        public static let writable = Events(rawValue: Int16(POLLOUT))
        /// Reported, never asked for: the other side is gone, or the descriptor is in error.
        public static let hungUp = Events(rawValue: Int16(POLLHUP) | Int16(POLLERR) | Int16(POLLNVAL))
    }

    /// Waits until a descriptor of `watched` is ready or `timeout` has passed (nil waits for ever). Returns one set of
    /// events for each entry, all empty after a time-out. Entries with a negative descriptor are skipped by the kernel.
    public static func wait(
        for watched: [(descriptor: Int32, events: Events)], timeout: Duration?
    ) throws(SystemCallError) -> [Events] {
        var entries = watched.map { pollfd(fd: $0.descriptor, events: $0.events.rawValue, revents: 0) }
        let deadline = timeout.map { Clock.now() + $0 }
        while true {
            let milliseconds: Int32
            if let deadline {
                let left = (deadline - Clock.now()).wholeNanoseconds
                // Rounded up, so that a timer is never early and never spins.
                milliseconds = Int32(clamping: max(0, (left + 999_999) / 1_000_000))
            } else {
                milliseconds = -1
            }
            let n = unsafe poll(&entries, nfds_t(entries.count), milliseconds)
            if n >= 0 { return entries.map { Events(rawValue: $0.revents) } }
            let code = errno
            guard code == EINTR else { throw SystemCallError("poll", code) }
        }
    }

    /// Waits for one descriptor. Empty after a time-out.
    public static func wait(
        for descriptor: Int32, events: Events, timeout: Duration?
    ) throws(SystemCallError) -> Events {
        try wait(for: [(descriptor, events)], timeout: timeout)[0]
    }
}

/// CLOCK_MONOTONIC and CLOCK_REALTIME.
public enum Clock {
    public static func now() -> MonotonicTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// Seconds since 1970 by the wall clock.
    public static func secondsSince1970() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec)
    }

    /// The calendar's day by the wall clock, in UTC.
    public static func utcDate() -> (year: Int, month: Int, day: Int) {
        let date = utc(secondsSince1970())
        return (date.year, date.month, date.day)
    }

    /// A moment in UTC. Seconds since 1970 beyond some 30,000 years are taken for that.
    public static func utc(
        _ secondsSince1970: Int64
    ) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        var seconds = time_t(min(max(secondsSince1970, -(1 << 40)), 1 << 40))
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        return unsafe (
            Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
            Int(parts.tm_min), Int(parts.tm_sec)
        )
    }

    /// Blocks this thread. For tests and tools; programs wait in `Poll`.
    public static func sleep(_ duration: Duration) {
        let deadline = now() + duration
        while true {
            let left = (deadline - now()).wholeNanoseconds
            guard left > 0 else { return }
            var rest = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            _ = unsafe nanosleep(&rest, nil)  // Interrupted or not: the deadline above decides.
        }
    }
}
