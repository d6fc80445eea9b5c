import Decoder
import Glibc
import LinuxBase
import Measurements
import Testing

/// The walls one by one, on the product's own decoder where they can be seen from outside.
@Suite(.serialized) struct WallTests {
    @Test func `the decoder has one thread, one descriptor, a filter, and no privilege, also as root's child`() throws {
        var link = try link(program("vitrine-decoder"))
        try waitUntilReady(&link)
        let process = link.processIdentifier
        #expect(try field("Threads", of: "status", process) == "1")
        #expect(try Files.names(in: "/proc/\(process)/fd") == ["3"])
        #expect(try field("Seccomp", of: "status", process) == "2")
        #expect(try field("NoNewPrivs", of: "status", process) == "1")
        for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
            #expect(try field(set, of: "status", process) == "0000000000000000", "\(set)")
        }
        for limit in ["Max open files", "Max processes", "Max file size", "Max core file size", "Max locked memory"] {
            #expect(try field(limit, of: "limits", process).hasPrefix("0 0"), "\(limit)")
        }
        let badness = try Files.read("/proc/\(process)/oom_score_adj", limit: 100)
        #expect(badness == Array("1000\n".utf8))
    }

    @Test func `it takes no more memory than the terms have room for`() throws {
        var link = try link(program("vitrine-decoder"))
        try waitUntilReady(&link)
        let process = link.processIdentifier
        let limit = try #require(Int(field("Max address space", of: "limits", process).prefix { $0 != " " }))
        let used = try #require(Int(field("VmSize", of: "status", process).prefix { $0 != " " })) * 1024
        let terms = try #require(
            DecoderTerms(width: 64, height: 64, maximumBytes: 65536, profile: 66, level: 52))
        #expect(limit - used <= terms.roomBytes)
        #expect(limit - used > terms.roomBytes / 2)
    }

    @Test func `a descriptor that is sent to it does not arrive`() throws {
        let pair = try UnixSocket.pair(.sequencedPackets)
        let decoder = try ChildProcess(
            program("vitrine-decoder"), arguments: ["vitrine-decoder"], descriptors: [(from: pair.second.raw, to: 3)],
            diesWithParent: false)
        let terms = try #require(
            DecoderTerms(width: 64, height: 64, maximumBytes: 65536, profile: 66, level: 52))
        let input = try SharedMemory(name: "units", count: terms.inputBytes)
        let frames = try MappedParts(name: "frames", count: DecoderTerms.buffers, partBytes: terms.bufferStride)
        _ = try UnixSocket.send(
            DecoderMessage.configure(terms).encoded(),
            descriptors: [input.descriptor.raw] + frames.parts.map(\.raw), to: pair.first)
        func next() throws -> DecoderMessage? {
            var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount)
            guard try !Poll.wait(for: pair.first.raw, events: .readable, timeout: .seconds(10)).isEmpty,
                case .bytes(let count) = try pair.first.read(into: &packet)
            else { return nil }
            return DecoderMessage(decoding: packet[..<count])
        }
        #expect(try next() == .ready)
        _ = try UnixSocket.send(
            DecoderMessage.unit(sequence: 1, slot: 0, length: 1).encoded(), descriptors: [input.descriptor.raw],
            to: pair.first)
        // It has read the packet, and not what lay on it.
        #expect(try next() == .refused(sequence: 1, reason: .malformed))
        #expect(try Files.names(in: "/proc/\(decoder.process)/fd") == ["3"])
    }

    @Test func `one that was stopped and continued decodes on`() throws {
        var link = try link(program("vitrine-decoder"))
        try waitUntilReady(&link)
        let process = link.processIdentifier
        kill(process, SIGSTOP)
        while try !field("State", of: "status", process).hasPrefix("T") { Clock.sleep(.milliseconds(1)) }
        kill(process, SIGCONT)
        try link.submit(keyframe[...], sequence: 1)
        guard case .frame = try event(&link) else { return #expect(Bool(false), "no picture") }
    }

    /// The wall behind the filter: what a hole in the filter would lead to.
    @Test(
        .enabled(if: (try? Landlock.version()) ?? 0 > 0, "this kernel has no Landlock"),
        arguments: [
            ("read-file SECRET", 1), ("create-file NEW", 1), ("make-folder NEW", 1), ("remove-file SECRET", 1),
            ("rename-file SECRET", 2), ("open-device /dev/null", 1), ("connect-tcp TCP", 4), ("kill VICTIM", 6),
            ("connect-unix UNIX", 9),
        ])
    func `Landlock alone holds as well, from the version on that knows the act`(act: String, version: Int) throws {
        try withFolder { folder in
            var scene = try Scene(folder)
            var link = try link(wrapper(folder, hostile(), "--landlock"))
            try waitUntilReady(&link)
            try link.submit(Array(scene.words(act).utf8)[...], sequence: 1)
            guard case .frame(let frame) = try event(&link) else { return #expect(Bool(false), "it does not live") }
            guard try Landlock.version() >= version else { return }
            #expect([UInt32(EACCES), UInt32(EPERM), UInt32(EXDEV)].contains(frame.microseconds))
            #expect(try scene.effects(expected: []) == [])
        }
    }
}
