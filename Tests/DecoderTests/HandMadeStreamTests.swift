import AVC
import Codec
import Decoder
import Encode
import Pictures
import Testing

/// Streams that no encoder at hand makes as they are: spliced, renumbered, cut.
@Suite(.serialized) struct HandMadeStreamTests {
    private let small = PixelSize(width: 176, height: 144)

    private func link(_ size: PixelSize, profile: Int = 77) throws -> DecoderLink {
        try DecoderLink(executable: decoderProgram(), size: size, maximumBytes: 4 << 20, profile: profile, level: 62)
    }

    /// Decodes all units; nil for each that was refused.
    private func pictures(
        _ units: [[UInt8]], _ size: PixelSize, profile: Int = 77
    ) throws -> [(samples: [UInt8], colour: ColourDescription)?] {
        var link = try link(size, profile: profile)
        return try units.enumerated().map { index, unit in
            guard let frame = try decode(unit, UInt64(index), &link).frame else { return nil }
            defer { link.release(frame) }
            return (link.withFrame(frame) { StreamTests.samples($0) }, frame.colour)
        }
    }

    @Test(arguments: 1...4, [AVCEncoder.Content.screen, .camera])
    func `what our own encoder makes decodes as by libavcodec alone`(
        layers: Int, content: AVCEncoder.Content
    ) throws {
        var encoder = try encoder(screen, layers: layers, content: content)
        var page = TextPicture(size: screen)
        let units = try (1...24).map { number in
            let damage = page.showNumber(number)
            return try #require(try encoder.encode(page.picture, damage: damage, keyframe: number % 10 == 0)).bytes
        }
        let seen = try pictures(units, screen, profile: encoder.parameters.profile)
        #expect(seen.map { $0?.samples } == (try PlainDecoder().decode(units)))
    }

    @Test func `several sets for pictures, each used by some slices`() throws {
        let stream = try X264("--profile main --no-cabac --slices 3", small)
        let units = stream.units.map { unit in
            var result: [UInt8] = []
            for (place, nal) in nalUnits(unit).enumerated() {
                let bits = BitList(payload: nal.dropFirst())
                switch nal.first! & 31 {
                case 8:
                    for number: UInt32 in [0, 3, 9] { result += renumbered(bits, field: 0, to: number, nal.first!) }
                case 1, 5: result += renumbered(bits, field: 2, to: [0, 3, 9][place % 3], nal.first!)
                default: result += [0, 0, 1] + nal
                }
            }
            return result
        }
        #expect(try pictures(units, small).map { $0?.samples } == stream.pictures)
    }

    /// A unit with its ue(v) field number `field` changed. CAVLC does not mind where in a byte a slice begins.
    private func renumbered(_ bits: BitList, field: Int, to value: UInt32, _ header: UInt8) -> [UInt8] {
        var place = 0
        for _ in 0..<field { place = bits.golomb(at: place).next }
        var result = BitList()
        result.append(bits.bits[..<place])
        result.golomb(value)
        result.append(bits.bits[bits.golomb(at: place).next...])
        return result.unit(header: header)
    }

    @Test func `sets repeated at any picture change nothing, others are refused`() throws {
        let stream = try X264("--profile main", small, count: 6)
        let other = try X264("--profile main --ref 2 --no-deblock", small, count: 1)
        func sets(_ unit: [UInt8]) -> [UInt8] {
            nalUnits(unit).filter { [7, 8].contains($0.first! & 31) }.flatMap { [0, 0, 1] + $0 }
        }
        var units = stream.units
        units[2] = sets(units[0]) + units[2]
        // The picture's set alone.
        units[4] = nalUnits(units[0]).filter { $0.first! & 31 == 8 }.flatMap { [0, 0, 1] + $0 } + units[4]
        #expect(try pictures(units, small).map { $0?.samples } == stream.pictures)
        units[2] = sets(other.units[0]) + stream.units[2]
        #expect(try pictures(units, small).map { $0 == nil } == [false, false, true, true, true, true])
    }

    @Test func `a keyframe may bring other sets and other colours`() throws {
        let first = try X264("--profile main --colormatrix bt709", small, count: 5)
        let second = try X264("--profile main --colormatrix smpte170m --sps-id 4 --ref 4", small, count: 5)
        let seen = try pictures(first.units + second.units + first.units, small)
        #expect(seen.map { $0?.samples } == first.pictures + second.pictures + first.pictures)
        let colours = seen.map { $0?.colour.matrix }
        #expect(colours[0..<5].allSatisfy { $0 == .bt709 } && colours[5..<10].allSatisfy { $0 == .bt601 })
        #expect(colours[10..<15].allSatisfy { $0 == .bt709 })
    }

    @Test(arguments: ["--no-cabac", ""])
    func `a picture without one of its slices is refused, also a slice of another picture or a changed order`(
        options: String
    ) throws {
        let stream = try X264("--profile main --slices 5 --keyint 100 \(options)", small, count: 4)
        var link = try link(small)
        var sequence: UInt64 = 0
        func isRefused(_ unit: [UInt8]) throws -> Bool {
            sequence += 1
            let answer = try decode(unit, sequence, &link)
            if let frame = answer.frame { link.release(frame) }
            return answer.refusal != nil
        }
        func joined(_ units: [ArraySlice<UInt8>]) -> [UInt8] { units.flatMap { [0, 0, 1] + $0 } }
        for index in [0, 1] {
            let parts = nalUnits(stream.units[index])
            let slices = parts.indices.filter { [1, 5].contains(parts[$0].first! & 31) }
            try #require(slices.count == 5)
            for missing in slices {
                if index == 1 { #expect(try !isRefused(stream.units[0])) }
                var kept = parts
                kept.remove(at: missing)
                #expect(try isRefused(joined(kept)), "picture \(index) without unit \(missing)")
            }
            for (a, b) in zip(slices, slices.dropFirst()) {
                if index == 1 { #expect(try !isRefused(stream.units[0])) }
                var swapped = parts
                swapped.swapAt(a, b)
                #expect(try isRefused(joined(swapped)), "picture \(index), units \(a) and \(b) swapped")
            }
        }
        #expect(try !isRefused(stream.units[0]))
        var parts = nalUnits(stream.units[1])
        parts[parts.count - 1] = nalUnits(stream.units[2]).last!
        #expect(try isRefused(joined(parts)))
    }

    /// `unnoticed` is how many of a hundred cuts may give a picture that is wrong in its last macroblocks. In CABAC every
    /// bit decodes to something, and libavcodec does not look whether a slice ended where its bytes do: a few cuts go by.
    @Test(arguments: [
        ("--profile baseline", 0), ("--profile main --no-cabac --slices 2", 0), ("--profile main", 3),
        ("--profile main --slices 2", 3),
    ])
    func `cut at any byte, a picture is refused, or nothing of it was cut`(options: String, unnoticed: Int) throws {
        let size = PixelSize(width: 64, height: 48)
        let stream = try X264("\(options) --qp 34 --no-scenecut", size, count: 2)
        var link = try link(size, profile: options.contains("baseline") ? 66 : 77)
        var sequence: UInt64 = 0
        /// The picture, nil when it was refused.
        func picture(_ unit: ArraySlice<UInt8>) throws -> [UInt8]? {
            sequence += 1
            let answer = try decode(Array(unit), sequence, &link)
            guard let frame = answer.frame else {
                try #require(answer.refusal != nil, "\(answer)")
                return nil
            }
            defer { link.release(frame) }
            return link.withFrame(frame) { StreamTests.samples($0) }
        }
        var wrong = 0
        var cuts = 0
        for index in [0, 1] {
            for cut in 0..<stream.units[index].count {
                // After every damage, also of a keyframe, a keyframe heals without a trace.
                let isHealed = try picture(stream.units[0][...]) == stream.pictures[0]
                #expect(isHealed, "the keyframe before picture \(index) cut at \(cut)")
                cuts += 1
                guard let seen = try picture(stream.units[index].prefix(cut)) else { continue }
                wrong += seen == stream.pictures[index] ? 0 : 1
            }
        }
        #expect(wrong * 100 <= unnoticed * cuts, "\(wrong) of \(cuts)")
    }

    @Test(arguments: [
        "--profile baseline --slices 2 --ref 4", "--profile main --slices 2", "--profile main --no-cabac",
    ])
    func `after any damage a keyframe heals without a trace`(options: String) throws {
        let size = PixelSize(width: 64, height: 48)
        let stream = try X264("\(options) --qp 30 --no-scenecut --keyint 100", size, count: 5)
        var link = try link(size, profile: options.contains("baseline") ? 66 : 77)
        var dice = Dice(state: 5)
        var refused = 0
        for round in 0..<400 {
            let keyframe = try #require(try decode(stream.units[0], UInt64(round * 6), &link).frame)
            let isHealed = link.withFrame(keyframe) { StreamTests.samples($0) } == stream.pictures[0]
            #expect(isHealed, "round \(round)")
            link.release(keyframe)
            for index in 1..<6 {
                var unit = stream.units[index % 5]
                for _ in 0...dice.roll(3) { unit[dice.roll(unit.count)] ^= 1 << UInt8(dice.roll(8)) }
                switch try decode(unit, UInt64(round * 6 + index), &link) {
                case .frame(let frame): link.release(frame)
                case .refused: refused += 1
                case .ended(let status): Issue.record("the decoder ended in round \(round): \(status)")
                }
            }
        }
        #expect((800..<2000).contains(refused))
    }

    @Test func `the largest pictures that can be agreed fit the room of the cage`() throws {
        let size = PixelSize(width: DecoderTerms.sideLimit, height: DecoderTerms.sideLimit)
        let stream = try X264("--profile baseline --preset ultrafast --ref 4 --level 5.2", size, count: 6)
        let seen = try pictures(stream.units, size, profile: 66)
        try #require(seen.count == stream.pictures.count)
        for (picture, meant) in zip(seen, stream.pictures) {
            let isEqual = picture?.samples == meant
            #expect(isEqual, "\(picture == nil ? "refused" : "another picture")")
        }
    }
}
