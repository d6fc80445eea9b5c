import Codec
import Decoder
import Encode
import LinuxBase
import Pictures
import Testing

/// Streams of every kind that the gate admits, and of many that it does not.
@Suite(.serialized) struct StreamTests {
    /// A stream's name, x264's options for it, and what it was agreed to be.
    struct Row: CustomStringConvertible, Sendable {
        let description: String
        let options: String
        let size: PixelSize
        let profile: Int
        var colour = ColourDescription.unspecified
        var refusal: DecoderRefusal?

        init(
            _ name: String, _ options: String, size: (Int, Int) = (176, 144), profile: Int = 77,
            colour: ColourDescription = .unspecified, refusal: DecoderRefusal? = nil
        ) {
            description = name
            self.options = options
            self.size = PixelSize(width: size.0, height: size.1)
            self.profile = profile
            self.colour = colour
            self.refusal = refusal
        }
    }

    private func link(_ row: Row, maximumBytes: Int = 4 << 20) throws -> DecoderLink {
        try DecoderLink(
            executable: decoderProgram(), size: row.size, maximumBytes: maximumBytes, profile: row.profile)
    }

    /// All planes as they are seen, row behind row.
    static func samples(_ planes: PlanarView) -> [UInt8] {
        let layout = planes.layout
        let chroma = ((layout.size.width + 1) / 2, (layout.size.height + 1) / 2)
        var result: [UInt8] = []
        for (offset, stride, width, height) in [
            (0, layout.lumaStride, layout.size.width, layout.size.height),
            (layout.uOffset, layout.chromaStride, chroma.0, chroma.1),
            (layout.vOffset, layout.chromaStride, chroma.0, chroma.1),
        ] {
            for row in 0..<height {
                unsafe result.append(
                    contentsOf: UnsafeRawBufferPointer(start: planes.base + offset + row * stride, count: width))
            }
        }
        return result
    }

    /// Decodes the units one by one and expects these pictures.
    private func expect(_ units: [[UInt8]], _ pictures: [[UInt8]], _ row: Row) throws {
        try #require(units.count == pictures.count)
        var link = try link(row)
        for (index, unit) in units.enumerated() {
            let frame = try #require(
                try decode(unit, UInt64(index), &link).frame, "\(row), unit \(index) of \(units.count)")
            let isEqual = link.withFrame(frame) { Self.samples($0) == pictures[index] }
            #expect(isEqual, "\(row), picture \(index)")
            #expect(frame.colour == row.colour)
            link.release(frame)
        }
    }

    @Test(arguments: Row.admitted)
    func `what is admitted decodes to what its encoder meant, and as by libavcodec alone`(
        row: Row
    ) throws {
        let stream = try X264(row.options, row.size)
        #expect(try PlainDecoder().decode(stream.units) == stream.pictures)
        try expect(stream.units, stream.pictures, row)
    }

    @Test(arguments: Row.refused) func `what was not agreed is refused, and the decoder lives`(row: Row) throws {
        let stream = try X264(row.options, row.size)
        try #require(!stream.units.isEmpty)
        var link = try link(row)
        for (index, unit) in stream.units.enumerated() {
            let answer = try decode(unit, UInt64(index), &link)
            let refusal = try #require(answer.refusal, "\(row), unit \(index): \(answer)")
            #expect(refusal == row.refusal || refusal == .needsKeyframe && index > 0)
        }
        let answer = try decode([], UInt64(stream.units.count), &link)
        #expect(answer.refusal == .malformed)
    }
}
