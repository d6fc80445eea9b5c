import Glibc
import LinuxBase
import Measurements
import Testing

@Suite struct DescriptorTests {
    @Test func `what is written at one end is read at the other, then the end`() throws {
        let pair = try UnixSocket.pair()
        try pair.first.writeAll([1, 2, 3])
        let second = pair.split { _, second in second }
        #expect(try readAll(second) == [1, 2, 3])
    }

    @Test func `nothing there yet is a result, not an error`() throws {
        let pair = try UnixSocket.pair()
        try pair.first.setNonBlocking()
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(try pair.first.read(into: &buffer) == .wouldBlock)
        try pair.second.writeAll([7])
        #expect(try pair.first.read(into: &buffer) == .bytes(1))
        #expect(buffer[0] == 7)
        let chunk = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while case .bytes(let count) = try pair.first.write(chunk[...]) { total += count }
        #expect(total > 0)
        #expect(try pair.first.write(chunk[...]) == .wouldBlock)
        #expect(try pair.first.write([]) == .bytes(0))
    }

    @Test func `an end that is gone is a result, not a signal`() throws {
        Signals.ignoreBrokenPipes()
        let pair = try UnixSocket.pair()
        let first = pair.split { first, _ in first }
        #expect(try eventually { try first.write([1]) == .closed })
        #expect(throws: SystemCallError("write", EPIPE)) { try first.writeAll([1]) }
        #expect(try UnixSocket.send([1], to: first) == .closed)
    }

    @Test func `writing all waits for a slow reader`() throws {
        let pair = try UnixSocket.pair()
        try pair.first.setNonBlocking()
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let reader = pair.second.raw
        let copy = try pair.second.duplicate()
        #expect(copy.raw != reader)
        try WorkerThread.start("slow writer") { [socket = try pair.first.duplicate().take()] in
            let socket = Descriptor(owning: socket)
            do { try socket.writeAll(sent) } catch { Issue.record(error) }
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 100_000)
        while received.count < sent.count, case .bytes(let count) = try copy.read(into: &buffer) {
            received += buffer[..<count]
        }
        #expect(received == sent)
    }

    @Test func `rows go where they belong, whatever the pieces they come in`() throws {
        let pair = try UnixSocket.pair()
        let rows = 300
        let rowBytes = 5
        let stride = 8
        let sent = (0..<(rows * rowBytes)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        var target = [UInt8](repeating: 0, count: rows * stride)
        var offset = 0
        for piece in [1, 4, 5, 3, 700, sent.count] {
            try pair.first.writeAll(Array(sent.dropFirst(offset).prefix(piece)))
            let end = min(offset + piece, sent.count)
            while offset < end {
                let transfer = try unsafe target.withUnsafeMutableBytes { bytes in
                    try unsafe pair.second.readRows(
                        into: #require(bytes.baseAddress), rowBytes: rowBytes, stride: stride, rows: rows,
                        offset: offset)
                }
                guard case .bytes(let count) = transfer else { break }
                offset += count
            }
        }
        for row in 0..<rows {
            #expect(
                target[(row * stride)..<(row * stride + rowBytes)].elementsEqual(sent[(row * rowBytes)...].prefix(5)))
            #expect(target[(row * stride + rowBytes)..<((row + 1) * stride)].allSatisfy { $0 == 0 })
        }
    }

    @Test func `a bell is heard once, however often it rings`() throws {
        let bell = try Wakeup()
        func isRinging() throws -> Bool {
            try !Poll.wait(for: bell.descriptor, events: .readable, timeout: .zero).isEmpty
        }
        #expect(try !isRinging())
        for _ in 0..<100_000 { bell.ring() }
        #expect(try isRinging())
        bell.silence()
        #expect(try !isRinging())
    }

    @Test func `poll tells what is ready and gives up in time`() throws {
        let pair = try UnixSocket.pair()
        let start = Clock.now()
        #expect(try Poll.wait(for: pair.first.raw, events: .readable, timeout: .milliseconds(20)).isEmpty)
        #expect(Clock.now() - start >= .milliseconds(20))
        #expect(try Poll.wait(for: pair.first.raw, events: .writable, timeout: nil) == .writable)
        try pair.second.writeAll([1])
        let both = try Poll.wait(
            for: [(-1, .readable), (pair.first.raw, [.readable, .writable]), (pair.second.raw, .readable)],
            timeout: .seconds(5))
        #expect(both == [[], [.readable, .writable], []])
        let first = pair.split { first, _ in first }
        #expect(
            try eventually {
                let events = try Poll.wait(for: first.raw, events: .readable, timeout: .seconds(5))
                return events.contains(.readable) && !events.isDisjoint(with: .hungUp)
            })
    }

    @Test func `a blocked signal is something to read`() throws {
        try onOwnThread {
            let signals = try Signals.descriptor(for: [.user1])
            #expect(try Poll.wait(for: signals.raw, events: .readable, timeout: .zero).isEmpty)
            pthread_kill(pthread_self(), SIGUSR1)
            #expect(try Poll.wait(for: signals.raw, events: .readable, timeout: .seconds(5)) == .readable)
            #expect(Signals.take(from: signals) == [.user1])
            #expect(Signals.take(from: signals).isEmpty)
        }
    }

    /// A signal mask belongs to a thread, and the tests' threads are shared.
    private func onOwnThread(_ body: @escaping @Sendable () throws -> Void) throws {
        let pair = try UnixSocket.pair()
        let end = try pair.second.duplicate().take()
        try WorkerThread.start("signals") {
            let end = Descriptor(owning: end)
            do {
                try body()
                try end.writeAll([1])
            } catch { Issue.record(error) }
        }
        let reader = pair.split { reader, _ in reader }
        #expect(try readAll(reader) == [1])
    }
}
