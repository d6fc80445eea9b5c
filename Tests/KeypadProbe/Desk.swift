import Keys
import LinuxBase
import Measurements
import Wire

/// The loop of a program that has nothing but keypads.
struct Desk: ~Copyable {
    private(set) var keypad: EvdevKeypad
    private(set) var keys: [Key] = []
    private(set) var reports: [KeypadReport] = []
    /// From the kernel's event to this program, for each reading that brought a key.
    private(set) var delays: [Duration] = []

    init(_ rules: String, map: KeyMap = .standard) throws {
        keypad = try EvdevKeypad(rules: try KeypadMatch.list(parsing: rules[...]), map: map)
    }

    /// Waits and reads once.
    mutating func turn(until end: MonotonicTime) throws {
        let next = min(end, keypad.deadline ?? end)
        let ready = try Poll.wait(for: keypad.watched, timeout: max(.zero, next - Clock.now()))
        let now = Clock.now()
        guard ready.contains(where: { !$0.isEmpty }) || keypad.deadline.map({ now >= $0 }) == true else { return }
        let new = try keypad.read(now: now)
        if !new.isEmpty, let pressed = keypad.newestPress { delays.append(now - pressed) }
        keys += new
        reports += keypad.takeReports()
    }

    /// Turns until `done` says so; how long it took. Fails after `limit`.
    mutating func wait(
        _ what: String, limit: Duration = .seconds(5), for done: (borrowing Desk) throws -> Bool
    ) throws -> Duration {
        let start = Clock.now()
        while try !done(self) {
            guard Clock.now() < start + limit else { throw Problem("waited for \(what) in vain; reports: \(reports)") }
            try turn(until: start + limit)
        }
        return Clock.now() - start
    }

    mutating func takeKeys() -> [Key] {
        defer { keys = [] }
        return keys
    }

    mutating func takeReports() -> [KeypadReport] {
        defer { reports = [] }
        return reports
    }
}

/// Why a check failed.
struct Problem: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func require(_ condition: Bool, _ why: @autoclosure () -> String) throws {
    if !condition { throw Problem(why()) }
}

/// The figures of some times, in microseconds.
func figures(_ times: [Duration]) -> String {
    let sorted = times.map { $0.wholeNanoseconds / 1000 }.sorted()
    guard let last = sorted.last else { return "n 0" }
    func quantile(_ share: Double) -> Int64 { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
    return "n \(sorted.count), p50 \(quantile(0.5)), p95 \(quantile(0.95)), largest \(last) us"
}
