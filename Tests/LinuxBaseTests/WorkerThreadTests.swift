import Glibc
import LinuxBase
import Measurements
import Testing

@Suite struct WorkerThreadTests {
    /// Lines of a thread's /proc status, by its name.
    private func status(ofThread name: String) throws -> [String]? {
        for thread in try Files.names(in: "/proc/self/task") {
            // A thread may end while it is looked at.
            guard let bytes = try? Files.read("/proc/self/task/\(thread)/status", limit: 1 << 16) else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            if lines.first == "Name:\t\(name)" { return lines }
        }
        return nil
    }

    @Test func `a worker thread takes no signal that is sent to the process, and faults by itself`() throws {
        let wakeup = try Wakeup()
        defer { wakeup.ring() }
        try WorkerThread.start("deaf") { _ = try? Poll.wait(for: wakeup.descriptor, events: .readable, timeout: nil) }
        var found: [String]?
        let deadline = Clock.now() + .seconds(5)
        while found == nil, Clock.now() < deadline { found = try status(ofThread: "deaf") }
        let line = try #require(found?.first { $0.hasPrefix("SigBlk:") })
        let blocked = try #require(UInt64(line.dropFirst("SigBlk:\t".count), radix: 16))
        for number in [SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP] {
            #expect(blocked >> UInt64(number - 1) & 1 == 1, "signal \(number)")
        }
        for number in [SIGSEGV, SIGSYS, SIGABRT] { #expect(blocked >> UInt64(number - 1) & 1 == 0, "signal \(number)") }
    }
}
