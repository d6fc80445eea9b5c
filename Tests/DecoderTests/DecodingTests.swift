import AVC
import Decoder
import Encode
import LinuxBase
import Measurements
import Pictures
import Testing

@Suite(.serialized) struct DecodingTests {
    @Test(arguments: [AVCEncoder.Content.screen, .camera])
    func `a thousand pictures come out one for one, in order and readable`(content: AVCEncoder.Content) throws {
        var encoder = try encoder(content: content)
        var link = try DecoderLink(
            executable: decoderProgram(), size: screen, maximumBytes: 1 << 20, profile: encoder.parameters.profile,
            level: encoder.parameters.level)
        var page = TextPicture(size: screen)
        var worst = Double.infinity
        var keyframes = 0
        for number in 1...1000 {
            let damage = number % 5 == 0 ? page.showCode(number / 5 % 5) : page.showNumber(number)
            let encoded = try #require(try encoder.encode(page.picture, damage: damage))
            keyframes += encoded.isKeyframe ? 1 : 0
            let frame = try #require(try decode(encoded.bytes, UInt64(number), &link).frame)
            #expect(frame.sequence == UInt64(number))
            if number % 25 == 1 || number > 990 {
                let seen = link.withFrame(frame) { luma($0) }
                let meant = luma(page.picture)
                worst = min(worst, signalToNoise(seen, meant, width: screen.width, area: damage))
                worst = min(worst, signalToNoise(seen, meant, width: screen.width, area: screen.bounds))
            }
            link.release(frame)
        }
        #expect(try link.receive().isEmpty)
        #expect(worst >= 38, "the worst text had \(worst) dB")
        #expect(keyframes == 1)
    }

    @Test func `a burst is answered in order and the fifth unit has to wait`() throws {
        var encoder = try encoder()
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        var page = TextPicture(size: screen)
        for number in 1...4 {
            let damage = page.showNumber(number)
            let unit = try #require(try encoder.encode(page.picture, damage: damage))
            try link.submit(unit.bytes[...], sequence: UInt64(number))
        }
        let free = link.canSubmit
        #expect(free == false)
        #expect(throws: DecoderError.full) { try link.submit([0][...], sequence: 5) }
        let since = link.waitingSince
        #expect(since != nil)
        let answers = try events(&link, answers: 4)
        #expect(answers.map { $0.frame?.sequence } == [1, 2, 3, 4])
        let freeAgain = link.canSubmit
        #expect(freeAgain == true)
        let later = link.waitingSince
        #expect(later == nil)
    }

    @Test func `a held picture stays as it is until it is released`() throws {
        var encoder = try encoder()
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        var page = TextPicture(size: screen)
        var held: [(frame: DecodedFrame, luma: [UInt8])] = []
        for number in 1...300 {
            let damage = page.showNumber(number)
            let unit = try #require(try encoder.encode(page.picture, damage: damage, keyframe: number % 50 == 0))
            let frame = try #require(try decode(unit.bytes, UInt64(number), &link).frame)
            #expect(!held.contains { $0.frame.buffer == frame.buffer })
            held.append((frame, link.withFrame(frame) { luma($0) }))
            guard held.count == 3 else { continue }
            // The oldest, the newest, or the one between, in turn.
            let (oldFrame, before) = held.remove(at: number % 3)
            #expect(link.withFrame(oldFrame) { luma($0) } == before)
            link.release(oldFrame)
        }
    }

    @Test func `with every buffer held the decoder waits for one and goes on`() throws {
        var encoder = try encoder()
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        var page = TextPicture(size: screen)
        var held: [DecodedFrame] = []
        var number: UInt64 = 0
        while held.count < DecoderTerms.buffers {
            number += 1
            let damage = page.showNumber(Int(number))
            let unit = try #require(try encoder.encode(page.picture, damage: damage))
            held.append(try #require(try decode(unit.bytes, number, &link).frame))
        }
        let damage = page.showNumber(77)
        let unit = try #require(try encoder.encode(page.picture, damage: damage))
        try link.submit(unit.bytes[...], sequence: number + 1)
        #expect(try events(&link, answers: 1, timeout: .milliseconds(100)).isEmpty)
        link.release(held.removeFirst())
        let answer = try events(&link, answers: 1)
        #expect(answer.first?.frame?.sequence == number + 1)
    }

    @Test(arguments: [2, 3, 4])
    func `enhancement layers may be left out`(layers: Int) throws {
        var encoder = try encoder(layers: layers)
        var link = try DecoderLink(executable: decoderProgram(), size: screen, maximumBytes: 1 << 20)
        var page = TextPicture(size: screen)
        var layersSeen: Set<Int> = []
        var decoded = 0
        for number in 1...64 {
            let damage = page.showNumber(number)
            let unit = try #require(try encoder.encode(page.picture, damage: damage))
            layersSeen.insert(unit.layer)
            guard unit.layer == 0 else { continue }
            decoded += 1
            let frame = try #require(try decode(unit.bytes, UInt64(number), &link).frame)
            let seen = link.withFrame(frame) { luma($0) }
            #expect(signalToNoise(seen, luma(page.picture), width: screen.width, area: damage) >= 38)
            link.release(frame)
        }
        #expect(layersSeen == Set(0..<layers))
        #expect(decoded == 64 >> (layers - 1))
    }

    @Test(arguments: [(16, 16), (176, 144), (638, 478), (800, 448), (1280, 800), (1920, 1080)])
    func `sizes that are not whole macroblocks decode as well`(width: Int, height: Int) throws {
        let size = PixelSize(width: width, height: height)
        var encoder = try encoder(size)
        var link = try DecoderLink(
            executable: decoderProgram(), size: size, maximumBytes: 1 << 20, level: encoder.parameters.level)
        var picture = Picture(size: size, fill: Colour(argb: 0xFFFF_FFFF))
        for number in 1...5 {
            picture.fill(Rectangle(x: width - 8, y: height - 8, width: 4, height: 4), with: Colour(argb: 0xFF00_0000))
            picture.fill(Rectangle(x: number, y: 2, width: 4, height: 4), with: Colour(argb: 0xFF00_8000))
            let unit = try #require(try encoder.encode(picture, keyframe: number == 3))
            let frame = try #require(try decode(unit.bytes, UInt64(number), &link).frame)
            let seen = link.withFrame(frame) { luma($0) }
            #expect(signalToNoise(seen, luma(picture), width: width, area: size.bounds) >= 38)
            link.release(frame)
        }
    }
}
