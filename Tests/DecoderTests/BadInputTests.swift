import Decoder
import Encode
import LinuxBase
import Pictures
import Testing

/// xorshift64: the same damage at every run.
struct Dice {
    var state: UInt64
    mutating func roll(_ sides: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(sides))
    }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(roll(256)) } }
}

@Suite(.serialized) struct BadInputTests {
    /// A keyframe and a few pictures after it.
    private func stream(_ size: PixelSize = screen, count: Int = 4) throws -> [[UInt8]] {
        var encoder = try encoder(size)
        var page = TextPicture(size: size)
        return try (1...count).map { number in
            let damage = page.showNumber(number)
            return try #require(try encoder.encode(page.picture, damage: damage)).bytes
        }
    }

    private func link(level: Int = 52) throws -> DecoderLink {
        try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20, level: level)
    }

    @Test func `garbage is refused, and a keyframe heals`() throws {
        var link = try link()
        var dice = Dice(state: 7)
        let good = try stream()
        var sequence: UInt64 = 0
        for count in [0, 1, 3, 4, 5, 64, 1000, 1 << 20] {
            for start: [UInt8] in [[], [0, 0, 0, 1], [0, 0, 1, 0x65], [0, 0, 0, 1, 0x67]] where count >= start.count {
                sequence += 1
                let answer = try decode(start + dice.bytes(count - start.count), sequence, &link)
                #expect(answer.refusal != nil)
            }
        }
        sequence += 1
        #expect(try decode(good[1], sequence, &link).refusal == .needsKeyframe)
        sequence += 1
        let frame = try #require(try decode(good[0], sequence, &link).frame)
        link.release(frame)
        sequence += 1
        #expect(try decode(good[1], sequence, &link).frame != nil)
    }

    @Test func `a unit that is too large never reaches the decoder`() throws {
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 100)
        #expect(throws: DecoderError.tooLarge(bytes: 101, limit: 100)) {
            try link.submit([UInt8](repeating: 0, count: 101)[...], sequence: 1)
        }
        let free = link.canSubmit
        #expect(free == true)
    }

    @Test func `a truncated picture is never shown`() throws {
        var link = try link()
        let good = try stream()
        var sequence: UInt64 = 0
        func next() -> UInt64 {
            sequence += 1
            return sequence
        }
        for cut in stride(from: 1, to: good[0].count - 2, by: good[0].count / 60) {
            let answer = try decode(Array(good[0].prefix(cut)), next(), &link)
            #expect(answer.refusal != nil, "cut at \(cut) of \(good[0].count)")
        }
        for cut in stride(from: 1, to: good[1].count - 2, by: max(1, good[1].count / 60)) {
            let frame = try #require(try decode(good[0], next(), &link).frame)
            link.release(frame)
            let answer = try decode(Array(good[1].prefix(cut)), next(), &link)
            #expect(answer.refusal != nil, "cut at \(cut) of \(good[1].count)")
        }
    }

    @Test func `flipped bits are refused or decoded, the decoder lives, and a keyframe heals`() throws {
        var link = try link()
        let good = try stream()
        var dice = Dice(state: 99)
        var sequence: UInt64 = 0
        var refused = 0
        for round in 0..<600 {
            sequence += 1
            var unit = good[round % 2]
            if round % 2 == 1 {
                let frame = try #require(try decode(good[0], sequence, &link).frame, "no recovery in round \(round)")
                link.release(frame)
                sequence += 1
            }
            for _ in 0...dice.roll(3) { unit[dice.roll(unit.count)] ^= 1 << UInt8(dice.roll(8)) }
            switch try decode(unit, sequence, &link) {
            case .frame(let frame): link.release(frame)
            case .refused: refused += 1
            case .ended(let status): Issue.record("the decoder ended in round \(round): \(status)")
            }
        }
        #expect(refused > 100, "only \(refused) of 600 damaged units were noticed")
        sequence += 1
        #expect(try decode(good[0], sequence, &link).frame != nil)
    }

    @Test func `a missing picture is noticed`() throws {
        var link = try link()
        let good = try stream()
        _ = try decode(good[0], 1, &link)
        _ = try decode(good[1], 2, &link)
        #expect(try decode(good[3], 3, &link).refusal == .gap)
        #expect(try decode(good[2], 4, &link).refusal == .needsKeyframe)
    }

    @Test func `a stream of another size or level is refused`() throws {
        var link = try link()
        let smaller = try stream(PixelSize(width: 640, height: 448))
        let larger = try stream(PixelSize(width: 1280, height: 800))
        let same = try stream()
        #expect(try decode(smaller[0], 1, &link).refusal == .wrongParameters)
        #expect(try decode(larger[0], 2, &link).refusal == .wrongParameters)
        #expect(try decode(same[0], 3, &link).frame != nil)
        var low = try self.link(level: 30)
        #expect(try decode(same[0], 1, &low).refusal == .wrongParameters)
    }

    @Test func `two pictures in one unit are refused, and so is none`() throws {
        var link = try link()
        let good = try stream()
        #expect(try decode(good[0] + good[1], 1, &link).refusal == .notOnePicture)
        let parameterSets = try #require(good[0].firstRange(of: [0, 0, 0, 1, 0x65])?.lowerBound)
        #expect(try decode(Array(good[0][..<parameterSets]), 2, &link).refusal == .notOnePicture)
        // The picture without its parameter sets.
        #expect(try decode(Array(good[0][parameterSets...]), 3, &link).refusal == .needsKeyframe)
    }
}
