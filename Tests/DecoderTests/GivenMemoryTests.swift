import DRM
import Decoder
import Encode
import Glibc
import LinuxBase
import Pictures
import Testing

/// Frame buffers in memory that the caller brings, as a display does.
@Suite(.serialized) struct GivenMemoryTests {
    /// Decodes a few pictures into the given buffers and expects them there, seen through mappings of the test's own.
    private func decode(into memory: [SharedDescriptor]) throws {
        let stride = DecoderTerms.bufferStride(of: screen)
        let seen = try MappedParts(memory, partBytes: stride)
        var encoder = try encoder()
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20, frames: memory)
        var page = TextPicture(size: screen)
        for number in 1...20 {
            let damage = page.showNumber(number)
            let unit = try #require(try encoder.encode(page.picture, damage: damage))
            let frame = try #require(try DecoderTests.decode(unit.bytes, UInt64(number), &link).frame)
            let here = unsafe luma(
                PlanarView(base: seen.base + frame.buffer * stride, layout: PlanarLayout(size: screen)))
            #expect(signalToNoise(here, luma(page.picture), width: screen.width, area: screen.bounds) >= 38)
            #expect(link.withFrame(frame) { luma($0) } == here)
            link.release(frame)
        }
    }

    private func memory(bytes: Int) throws -> [SharedDescriptor] {
        try MappedParts(name: "given", count: DecoderTerms.buffers, partBytes: bytes).parts
    }

    @Test func `pictures land in the memory that was given`() throws {
        try decode(into: memory(bytes: DecoderTerms.bufferStride(of: screen)))
    }

    @Test(.enabled(if: !DMAMemory.sources().isEmpty, "this machine has no DMA-BUF heaps"))
    func `so they do in memory that displays import`() throws {
        for source in DMAMemory.sources() {
            let stride = DecoderTerms.bufferStride(of: screen)
            var memory: [SharedDescriptor] = []
            for _ in 0..<DecoderTerms.buffers {
                let buffer = try DMAMemory.allocate(name: "given", count: stride, from: source)
                memory.append(SharedDescriptor(buffer.takeDescriptor()))
            }
            try decode(into: memory)
        }
    }

    @Test func `memory that is too short is an error, and no fault later`() throws {
        let short = try memory(bytes: DecoderTerms.bufferStride(of: screen) - 4096)
        #expect(throws: DecoderError.system(SystemCallError("mmap", EINVAL))) {
            try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20, frames: short).close()
        }
    }
}
