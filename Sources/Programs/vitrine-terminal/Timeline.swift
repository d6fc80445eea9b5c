import Glibc
import LinuxBase
import Measurements

/// One JSON line for each step of a session, for tests, the demo and the bench. Times are CLOCK_MONOTONIC nanoseconds.
/// Holds numbers and names only: never a key, a code, or what an application shows.
struct Timeline: ~Copyable {
    private let file: Descriptor?

    init(path: String?) throws(SystemCallError) {
        if let path {
            file = try Files.open(path, flags: O_WRONLY | O_CREAT | O_APPEND)
        } else {
            file = nil
        }
    }

    /// `bytes` is what has crossed the network so far; the kernel is asked only when somebody wants to know.
    borrowing func note(
        _ event: StaticString, at time: MonotonicTime, _ fields: KeyValuePairs<StaticString, UInt64> = [:],
        bytes: @autoclosure () -> (received: UInt64, sent: UInt64)? = nil
    ) {
        switch file {
        case .none: return
        case .some(let file): write(event, time, fields, bytes(), to: file)
        }
    }

    private borrowing func write(
        _ event: StaticString, _ time: MonotonicTime, _ fields: KeyValuePairs<StaticString, UInt64>,
        _ bytes: (received: UInt64, sent: UInt64)?, to file: borrowing Descriptor
    ) {
        var line = "{\"at\":\(time.nanoseconds),\"event\":\"\(event)\""
        for (name, value) in fields { line += ",\"\(name)\":\(value)" }
        if let bytes { line += ",\"received\":\(bytes.received),\"sent\":\(bytes.sent)" }
        line += "}\n"
        // A full disk costs a line of measurement, not the session.
        _ = try? file.write(Array(line.utf8)[...])
    }
}
