import Decoder
import Encode
import Glibc
import LinuxBase
import Measurements
import Pictures
import Testing

@Suite(.serialized) struct ProcessTests {
    /// The value after `name:` in a file of /proc.
    private func field(_ name: String, of file: String, _ process: Int32) throws -> String {
        let text = String(decoding: try Files.read("/proc/\(process)/\(file)", limit: 1 << 16), as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + ":") })
        return line.dropFirst(name.count + 1).split(whereSeparator: { " \t".contains($0) }).joined(separator: " ")
    }

    private func waitUntilReady(_ link: inout DecoderLink) throws {
        let deadline = Clock.now() + .seconds(10)
        while !link.isReady {
            try #require(Clock.now() < deadline, "the decoder did not become ready")
            _ = try Poll.wait(for: link.descriptor, events: .readable, timeout: .seconds(1))
            #expect(try link.receive().isEmpty)
        }
    }

    /// Runs `body` with a program of that shell text in a folder of its own.
    private func withScript(_ text: String, _ body: (String) throws -> Void) throws {
        var name = Array("/tmp/vitrine-XXXXXX".utf8CString)
        let folder = try #require(unsafe mkdtemp(&name).map { unsafe String(cString: $0) })
        defer { try? Files.removeTree(folder) }  // What cannot be removed does not change the verdict.
        try Files.replace(folder + "/decoder", with: Array(("#!/bin/sh\n" + text + "\n").utf8), mode: 0o700)
        try body(folder + "/decoder")
    }

    @Test func `the decoder has one descriptor, no privileges to gain and a filter`() throws {
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        try waitUntilReady(&link)
        let process = link.processIdentifier
        #expect(try field("Seccomp", of: "status", process) == "2")
        #expect(try field("NoNewPrivs", of: "status", process) == "1")
        #expect(try field("Threads", of: "status", process) == "1")
        #expect(try Files.names(in: "/proc/\(process)/fd") == ["3"])
    }

    @Test func `an idle decoder takes less than 30 MB`() throws {
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        try waitUntilReady(&link)
        let words = try field("Pss", of: "smaps_rollup", link.processIdentifier).split(separator: " ")
        let kilobytes = try #require(words.first.flatMap { Int($0) })
        #expect(kilobytes < 30_000)
    }

    @Test func `a killed decoder is an event, and submitting to it an error`() throws {
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        try waitUntilReady(&link)
        kill(link.processIdentifier, SIGKILL)
        let answers = try events(&link, answers: 1)
        #expect(answers == [.ended(.signalled(SIGKILL))])
        let free = link.canSubmit
        #expect(free == false)
        #expect(throws: DecoderError.ended) { try link.submit([1][...], sequence: 1) }
        #expect(try link.receive().isEmpty)
    }

    @Test func `a decoder killed with a picture held lets it be looked at and released`() throws {
        var encoder = try encoder()
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        let unit = try #require(try encoder.encode(TextPicture(size: screen).picture))
        let frame = try #require(try decode(unit.bytes, 1, &link).frame)
        let before = link.withFrame(frame) { luma($0) }
        kill(link.processIdentifier, SIGKILL)
        #expect(try events(&link, answers: 1).first?.end != nil)
        #expect(link.withFrame(frame) { luma($0) } == before)
        link.release(frame)
    }

    @Test func `closing a link leaves no process behind`() throws {
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        try waitUntilReady(&link)
        let process = link.processIdentifier
        link.close()
        #expect(kill(process, 0) == -1)
    }

    @Test func `a spare waits for its terms and starts at once`() throws {
        let spare = try DecoderSpare(executable: decoderProgram())
        // Until it sleeps in its first read, which is when the codec is open.
        let deadline = Clock.now() + .seconds(10)
        while try !field("State", of: "status", spare.processIdentifier).hasPrefix("S") && Clock.now() < deadline {
            Clock.sleep(.milliseconds(5))
        }
        Clock.sleep(.milliseconds(100))
        var encoder = try encoder()
        let unit = try #require(try encoder.encode(TextPicture(size: screen).picture))
        var link = try DecoderLink(spare: spare, size: screen, maximumBytes: 1 << 20)
        #expect(try decode(unit.bytes, 1, &link).frame != nil)
    }

    /// The program without the link: how it ends is its own affair here.
    private func status(sending packets: [[UInt8]]) throws -> LinuxBase.ExitStatus? {
        let pair = try UnixSocket.pair(.sequencedPackets)
        var process = try ChildProcess(
            try decoderProgram(), arguments: ["vitrine-decoder"], descriptors: [(from: pair.second.raw, to: 3)])
        let terms = try #require(DecoderTerms(width: 64, height: 64, maximumBytes: 4096, profile: 66, level: 52))
        let input = try SharedMemory(name: "units", count: terms.slotStride * DecoderTerms.slots)
        let frames = try MappedParts(
            name: "frames", count: DecoderTerms.buffers, partBytes: terms.bufferStride)
        for packet in packets {
            _ = try UnixSocket.send(
                packet, descriptors: packet.first == 1 ? [input.descriptor.raw] + frames.parts.map(\.raw) : [],
                to: pair.first)
        }
        // Half a close, as the whole belongs to `pair`: the decoder reads the end of its input.
        shutdown(pair.first.raw, Int32(SHUT_WR))
        return try process.wait(timeout: .seconds(10))
    }

    @Test func `the decoder ends in order with its socket, and says what it did not understand`() throws {
        let terms = try #require(DecoderTerms(width: 64, height: 64, maximumBytes: 4096, profile: 66, level: 52))
        let hello = DecoderMessage.configure(terms).encoded()
        #expect(try status(sending: [hello]) == .exited(0))
        #expect(try status(sending: []) == .exited(64))
        #expect(try status(sending: [DecoderMessage.release(buffer: 0).encoded()]) == .exited(64))
        for wrong: DecoderMessage in [
            .ready, .configure(terms), .release(buffer: 0), .unit(sequence: 1, slot: 4, length: 1),
            .unit(sequence: 1, slot: 0, length: 4097),
        ] {
            #expect(try status(sending: [hello, wrong.encoded()]) == .exited(65), "\(wrong)")
        }
    }

    @Test func `a program that is not there is an error`() throws {
        #expect {
            _ = try DecoderLink(executable: "/nowhere/vitrine-decoder", size: screen, maximumBytes: 1 << 20)
        } throws: { error in
            guard case .system(let error)? = error as? DecoderError else { return false }
            return error.code == ENOENT
        }
    }

    @Test func `a decoder that ends by itself is an event with its status`() throws {
        try withScript("sleep 0.3; exit 77") { path in
            var link = try DecoderLink(executable: path, size: screen, maximumBytes: 1 << 20)
            #expect(try events(&link, answers: 1) == [.ended(.exited(77))])
        }
    }

    @Test func `a spare that has died is an error`() throws {
        try withScript("exit 1") { path in
            let spare = try DecoderSpare(executable: path)
            let deadline = Clock.now() + .seconds(10)
            while try !field("State", of: "status", spare.processIdentifier).hasPrefix("Z") && Clock.now() < deadline {
                Clock.sleep(.milliseconds(5))
            }
            var thrown: DecoderError?
            do throws(DecoderError) {
                let link = try DecoderLink(spare: spare, size: screen, maximumBytes: 1 << 20)
                link.close()
            } catch { thrown = error }
            #expect(thrown == .ended)
        }
    }

    /// A decoder in an attacker's hands: each of these is a packet that no decoder of ours would send now.
    @Test(arguments: [
        "hello",
        // frame 1 in buffer 0, and nothing was submitted; then buffer 200; then a wrong sequence; then no such kind
        #"\005\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\#(zeros(16))"#,
        #"\005\310\000\000\000\000\000\000\001\000\000\000\000\000\000\000\#(zeros(16))"#,
        #"\006\001\000\000\000\000\000\000\011\000\000\000\000\000\000\000\#(zeros(16))"#,
        #"\011\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\#(zeros(16))"#,
        // longer than any message
        #"\004\#(zeros(40))"#,
    ])
    func `a decoder that breaks the protocol is killed`(packet: String) throws {
        try withScript("printf '\(packet)' >&3; exec sleep 60") { path in
            var link = try DecoderLink(executable: path, size: screen, maximumBytes: 1 << 20)
            #expect(try events(&link, answers: 1) == [.ended(.signalled(SIGKILL))])
        }
    }

    @Test func `a decoder that hangs stops nobody`() throws {
        try withScript("exec sleep 60") { path in
            var link = try DecoderLink(executable: path, size: screen, maximumBytes: 1 << 20)
            for sequence in 1...UInt64(DecoderTerms.slots) { try link.submit([0, 0, 1, 9][...], sequence: sequence) }
            let free = link.canSubmit
            #expect(free == false)
            #expect(try link.receive().isEmpty)
            let since = link.waitingSince
            #expect(try #require(since) <= Clock.now())
        }
    }

    private static func zeros(_ count: Int) -> String { String(repeating: #"\000"#, count: count) }
}
