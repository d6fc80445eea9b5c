import Decoder
import Glibc
import LinuxBase
import Measurements
import Testing

/// A decoder has no second more than its terminal gives it.
@Suite(.serialized) struct ExtraLifeTests {
    /// Processor time of a process in hundredths of a second: utime, the 14th field of its stat.
    private func time(of process: Int32) throws -> Int {
        let text = String(decoding: try Files.read("/proc/\(process)/stat", limit: 4096), as: UTF8.self)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        return try #require(fields.count > 11 ? Int(fields[11]) : nil)
    }

    /// Waits until it has burnt a fifth of a second: it is at its act.
    private func waitUntilSpinning(_ process: Int32) throws {
        let start = try time(of: process)
        let deadline = Clock.now() + .seconds(20)
        while try time(of: process) < start + 20 {
            try #require(Clock.now() < deadline, "process \(process) does not spin")
            Clock.sleep(.milliseconds(5))
        }
    }

    @Test func `one that spins for ever is gone within a second after the link is closed`() throws {
        let spare = try warmSpare()
        var link = try link(hostile())
        try waitUntilReady(&link)
        let process = link.processIdentifier
        try link.submit(Array("spin".utf8)[...], sequence: 1)
        try waitUntilSpinning(process)
        // It owes an answer, which is how the terminal finds out.
        #expect(try link.receive() == [])
        let since = link.waitingSince
        #expect(since != nil)
        let start = Clock.now()
        link.close()
        #expect(kill(process, 0) == -1)
        #expect(Clock.now() - start < .seconds(1))
        #expect(try timeToPicture(spare) < .seconds(1))
    }

    /// Starts a terminal with a decoder that performs `act`, kills the terminal when the decoder is at it, and returns
    /// whether the decoder is gone a second later. Nothing is left running.
    private func isGone(_ act: String, decoder: String) throws -> Bool {
        let output = try UnixSocket.pair()
        let parent = try ChildProcess(
            hostile(), arguments: ["vitrine-hostile-decoder", "--parent", decoder, act],
            descriptors: [(from: output.second.raw, to: 1)], diesWithParent: false)
        var line = [UInt8](repeating: 0, count: 100)
        try #require(!Poll.wait(for: output.first.raw, events: .readable, timeout: .seconds(10)).isEmpty)
        guard case .bytes(let count) = try output.first.read(into: &line) else { throw DecoderError.ended }
        let number = String(decoding: line[..<count].filter { $0 > 0x20 }, as: UTF8.self)
        let orphan = try ProcessHandle(#require(Int32(number), "the terminal said \(number)"))
        defer { orphan.kill() }
        try waitUntilSpinning(orphan.process)
        // The terminal alone: a signal to its group would be another matter.
        kill(parent.process, SIGKILL)
        return try !Poll.wait(for: orphan.ended.raw, events: .readable, timeout: .seconds(1)).isEmpty
    }

    @Test func `one that spins for ever does not outlive a terminal that is killed`() throws {
        #expect(try isGone("spin", decoder: hostile()))
    }

    @Test func `one outside of the cage would`() throws {
        let gone = try withFolder { try isGone("outlive", decoder: wrapper($0, hostile(), "--uncaged")) }
        #expect(!gone)
    }

    @Test func `one that would forget whose child it is is killed for trying`() throws {
        var link = try link(hostile())
        try waitUntilReady(&link)
        try link.submit(Array("outlive".utf8)[...], sequence: 1)
        #expect(try event(&link) == .ended(.signalled(SIGSYS)))
    }
}
