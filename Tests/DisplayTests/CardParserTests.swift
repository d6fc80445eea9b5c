import DRM
import LinuxBase
import Measurements
import Pictures
import Testing

/// Numbers in this machine's byte order, as the kernel lays its structures out.
private func bytes<Word: FixedWidthInteger>(_ words: Word...) -> [UInt8] {
    words.flatMap { word in unsafe withUnsafeBytes(of: word) { unsafe Array($0) } }
}

@Suite struct FlipEventTests {
    private func event(
        kind: UInt32 = 2, length: UInt32 = 32, token: UInt64 = 7, sequence: UInt32 = 100, controller: UInt32 = 50
    ) -> [UInt8] {
        bytes(kind, length) + bytes(token) + bytes(12, 345_678, sequence, controller)
    }

    @Test func `a flip is read with its token, its controller and its time`() {
        let flips = FlipEvent.parse(event(token: .max)[...])
        #expect(
            flips == [
                FlipEvent(
                    controller: 50, token: .max, sequence: 100, time: MonotonicTime(nanoseconds: 12_345_678_000))
            ])
    }

    @Test func `other events are passed over, whatever their length`() {
        let vertical = event(kind: 1, token: 1)
        let sequence = bytes(UInt32(3), 40) + [UInt8](repeating: 0xff, count: 32)
        let future = bytes(UInt32(0x8000_0000), 8)
        let flips = FlipEvent.parse((vertical + event(token: 2) + sequence + future + event(token: 3))[...])
        #expect(flips.map(\.token) == [2, 3])
    }

    @Test func `reading ends where an event does not fit`() {
        let whole = event(token: 1) + event(token: 2)
        for count in 0...whole.count { #expect(FlipEvent.parse(whole.prefix(count)).count == count / 32, "\(count)") }
        // A length that leads nowhere, and one below that of a header, which would never end.
        #expect(FlipEvent.parse((event(token: 1) + event(length: .max)).prefix(64)).map(\.token) == [1])
        for length: UInt32 in [0, 7, 31] { #expect(FlipEvent.parse(event(length: length)[...]) == []) }
        // A slice has indices of its own.
        #expect(FlipEvent.parse(([1, 2, 3] + whole)[3...]).map(\.token) == [1, 2])
    }
}

@Suite struct FormatTableTests {
    private let tiled = FormatModifier(rawValue: 0x0700_0000_0000_0001)

    private func blob(
        version: UInt32 = 1, formats: [PixelFormat], windows: [(bits: UInt64, first: UInt32, modifier: FormatModifier)]
    ) -> [UInt8] {
        // The kernel rounds the modifiers' offset up to eight.
        let start = (24 + 4 * formats.count + 7) & ~7
        var result = bytes(version, 0, UInt32(formats.count), 24, UInt32(windows.count), UInt32(start))
        for format in formats { result += bytes(format.rawValue) }
        result += [UInt8](repeating: 0, count: start - result.count)
        for window in windows {
            result += bytes(window.bits) + bytes(window.first, 0) + bytes(window.modifier.rawValue)
        }
        return result
    }

    @Test func `each format has the modifiers whose bit it has`() throws {
        let table = try #require(
            FormatTable(
                blob(
                    formats: [.xrgb8888, .nv12, .yuv420],
                    windows: [(0b111, 0, .linear), (0b010, 0, tiled), (0b1, 2, FormatModifier(rawValue: 9))])))
        #expect(
            table.formats == [
                .xrgb8888: [.linear], .nv12: [.linear, tiled], .yuv420: [.linear, FormatModifier(rawValue: 9)],
            ])
    }

    @Test func `windows slide over more than 64 formats`() throws {
        let formats = (0..<70).map { PixelFormat(rawValue: 1000 + $0) }
        let table = try #require(
            FormatTable(blob(formats: formats, windows: [(1 << 63, 0, .linear), (0x21, 64, tiled)])))
        #expect(table.formats.count == 70)
        #expect(
            table.formats.filter { !$0.value.isEmpty } == [
                formats[63]: [.linear], formats[64]: [tiled], formats[69]: [tiled],
            ])
    }

    @Test func `bits beyond the list name nothing`() {
        let table = FormatTable(
            blob(formats: [.nv12], windows: [(.max, 0, .linear), (.max, 60, tiled), (.max, .max, tiled)]))
        #expect(table?.formats == [.nv12: [.linear]])
        #expect(FormatTable(blob(formats: [], windows: []))?.formats == [:])
    }

    @Test func `counts and offsets that lead outside are refused`() {
        let good = blob(formats: [.xrgb8888, .nv12, .yuv420], windows: [(1, 0, .linear)])
        #expect(FormatTable(good) != nil)
        for count in 0..<good.count { #expect(FormatTable(Array(good.prefix(count))) == nil, "\(count)") }
        // Number of formats, where they are, number of modifiers, where they are.
        for field in [8, 12, 16, 20] {
            for value: UInt32 in [UInt32(good.count), 0x4000_0000, .max] {
                var bad = good
                bad.replaceSubrange(field..<field + 4, with: bytes(value))
                #expect(FormatTable(bad) == nil, "field \(field), value \(value)")
            }
        }
        #expect(FormatTable(blob(version: 2, formats: [.nv12], windows: [])) == nil)
    }
}

@Suite struct CardValueTests {
    @Test func `damage is four signed numbers a rectangle, the far corner outside`() {
        let rectangles = [
            Rectangle(x: 1, y: 2, width: 3, height: 4), .empty, Rectangle(x: -1, y: 0, width: 1, height: .max),
        ]
        #expect(DamageClips.bytes(rectangles) == bytes(Int32(1), 2, 4, 6, -1, 0, 0, .max))
        #expect(DamageClips.bytes([]) == [])
    }

    @Test func `a request keeps the last value of each property`() {
        var request = AtomicRequest()
        #expect(request.isEmpty)
        request.set(1, 10, 100)
        request.set(2, 10, 200)
        request.set(1, 10, 101)
        #expect(request.assignments.map(\.value) == [101, 200])
        var other = AtomicRequest()
        other.set(2, 10, 201)
        other.set(2, 11, 1)
        request.merge(other)
        #expect(request.assignments.map(\.value) == [101, 201, 1])
        #expect(request.assignments.map(\.object) == [1, 2, 2])
    }

    @Test func `formats and modifiers are called as the kernel calls them`() {
        #expect(PixelFormat.xrgb8888.description == "XR24" && PixelFormat.nv12.description == "NV12")
        #expect(PixelFormat.yuv420.description == "YU12" && PixelFormat(rawValue: 1).description == "0x1")
        #expect(FormatModifier.linear.description == "linear" && FormatModifier.linear.rawValue == 0)
        #expect(FormatModifier(rawValue: 0x1234).description == "0x1234")
    }

    @Test func `memory is looked for in the system's heap, then where it is in one piece, then in pages`() {
        let names = [
            "system-uncached", "zebra", "reserved", "system", "linux,cma", "secure_frame", "default_cma_region",
        ]
        #expect(
            DMAMemory.order(heaps: names, hasUdmabuf: true) == [
                "/dev/dma_heap/system", "/dev/dma_heap/default_cma_region", "/dev/dma_heap/linux,cma",
                "/dev/dma_heap/reserved", "/dev/dma_heap/zebra", "/dev/udmabuf",
            ])
        #expect(DMAMemory.order(heaps: [], hasUdmabuf: false) == [])
    }

    @Test func `a card that is not there, or is none, is an error that says so`() {
        #expect(throws: DRMError.system(SystemCallError("open(/dev/dri/card99)", 2))) {
            _ = try DisplayCard("/dev/dri/card99")
        }
        #expect(throws: DRMError.notDisplay(path: "/dev/null")) { _ = try DisplayCard("/dev/null") }
    }

    @Test func `errors are told apart by what is to be done`() {
        let codes: [(Int32, busy: Bool, notMaster: Bool, gone: Bool)] = [
            (16, true, false, false), (13, false, true, false), (1, false, true, false), (19, false, false, true),
            (2, false, false, true), (6, false, false, true), (5, false, false, true), (22, false, false, false),
        ]
        for (code, busy, notMaster, gone) in codes {
            let error = DRMError.system(SystemCallError("call", code))
            #expect((error.isBusy, error.isNotMaster, error.isGone) == (busy, notMaster, gone), "\(error)")
        }
        let other = DRMError.notAtomic(path: "p", driver: "d")
        #expect((other.isBusy, other.isNotMaster, other.isGone) == (false, false, false))
    }
}
