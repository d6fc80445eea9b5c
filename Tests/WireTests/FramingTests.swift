import FuzzKit
import Testing
import Wire

@Suite struct FramingTests {
    @Test func `a frame is a big-endian length and the item`() {
        #expect(Framing.frame([0xa1, 0x00, 0x01]) == [0, 0, 0, 3, 0xa1, 0x00, 0x01])
        #expect(Framing.frame([UInt8](repeating: 0, count: 0x1_0203)).prefix(4) == [0, 1, 2, 3])
    }

    @Test func `frames are found however the bytes are cut`() throws {
        let stream = Samples.server.flatMap { $0.framed() }
        for width in [1, 2, 3, 5, 7, 64, 300, stream.count] {
            var splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
            var found: [ServerMessage] = []
            var rest = stream[...]
            while !rest.isEmpty {
                splitter.append(rest.prefix(width))
                rest = rest.dropFirst(width)
                while let item = try splitter.next() { found.append(try ServerMessage(decoding: item)) }
            }
            #expect(found == Samples.server, "pieces of \(width)")
        }
    }

    @Test func `a frame at the limit passes; one byte more is refused as soon as its length is there`() throws {
        var splitter = FrameSplitter(limit: 1000)
        splitter.append(Framing.frame([UInt8](repeating: 1, count: 1000))[...])
        #expect(try splitter.next()?.count == 1000)
        splitter.append([0, 0, 3])
        #expect(try splitter.next() == nil)
        splitter.append([0xe9])
        for _ in 0..<2 {
            #expect(throws: WireError.frameTooLong(bytes: 1001, limit: 1000)) { try splitter.next() }
        }
        var other = FrameSplitter(limit: WireLimits.serverFrameBytes)
        other.append([0xff, 0xff, 0xff, 0xff])
        #expect(throws: WireError.frameTooLong(bytes: 0xffff_ffff, limit: WireLimits.serverFrameBytes)) {
            try other.next()
        }
    }

    @Test func `an empty frame is a frame, and no message`() throws {
        var splitter = FrameSplitter(limit: 10)
        splitter.append([0, 0, 0, 0])
        let item = try #require(try splitter.next())
        #expect(item.isEmpty)
        #expect(throws: WireError.truncated) { try TerminalMessage(decoding: item) }
    }

    @Test func `big frames after many small ones come out whole`() throws {
        var splitter = FrameSplitter(limit: 1 << 20)
        let small = Framing.frame([UInt8](repeating: 3, count: 1000))
        let big = [UInt8](repeating: 4, count: 1 << 20)
        for round in 0..<3 {
            for _ in 0..<100 { splitter.append(small[...]) }
            splitter.append(Framing.frame(big)[...])
            for _ in 0..<100 { #expect(try splitter.next()?.count == 1000, "round \(round)") }
            #expect(try splitter.next() == big)
            #expect(try splitter.next() == nil)
        }
    }
}
