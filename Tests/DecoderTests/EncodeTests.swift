import AVC
import Codec
import Encode
import Measurements
import Pictures
import Testing

@Suite struct EncodeTests {
    @Test func `nothing changed, nothing encoded`() throws {
        var encoder = try encoder()
        let page = TextPicture(size: screen)
        #expect(try encoder.encode(page.picture, damage: .empty)?.isKeyframe == true)
        #expect(try encoder.encode(page.picture, damage: .empty) == nil)
        #expect(try encoder.encode(page.picture, damage: Rectangle(x: 900, y: 0, width: 8, height: 8)) == nil)
        #expect(try encoder.encode(page.picture, damage: .empty, keyframe: true)?.isKeyframe == true)
    }

    @Test func `the first picture and those asked for are keyframes with parameter sets`() throws {
        var encoder = try encoder()
        var page = TextPicture(size: screen)
        for number in 1...12 {
            let damage = page.showNumber(number)
            let unit = try #require(try encoder.encode(page.picture, damage: damage, keyframe: number % 4 == 0))
            let isKeyframe = number == 1 || number % 4 == 0
            #expect(unit.isKeyframe == isKeyframe)
            #expect(unit.bytes.starts(with: [0, 0, 0, 1, isKeyframe ? 0x67 : 0x61]))
            #expect(unit.damage == (isKeyframe ? screen.bounds : damage))
        }
    }

    @Test func `what lies outside the damage is not read`() throws {
        var encoder = try encoder()
        var page = TextPicture(size: screen)
        _ = try encoder.encode(page.picture)
        let damage = page.showNumber(1)
        let clean = try #require(try encoder.encode(page.picture, damage: damage))
        page.picture.fill(Rectangle(x: 0, y: 0, width: 300, height: 200), with: Colour(argb: 0xFFFF_0000))
        let still = try #require(try encoder.encode(page.picture, damage: damage))
        // A red field of 300×200 would cost hundreds of bytes.
        #expect(still.bytes.count < 40)
        #expect(clean.bytes.count > still.bytes.count)
    }

    @Test(arguments: [(800, 448), (176, 144), (1280, 800), (1920, 1080)])
    func `profile and level are those of the stream`(width: Int, height: Int) throws {
        let size = PixelSize(width: width, height: height)
        var encoder = try encoder(size)
        let unit = try #require(try encoder.encode(Picture(size: size)))
        #expect(Int(unit.bytes[5]) == encoder.parameters.profile)
        #expect(Int(unit.bytes[7]) == encoder.parameters.level)
        var gate = StreamGate(
            terms: StreamTerms(
                size: size, profile: encoder.parameters.profile, level: encoder.parameters.level,
                maximumBytes: 1 << 20))
        #expect(try gate.admit(unit.bytes[...]).isKeyframe)
    }

    @Test(arguments: [(15, 16), (801, 448), (800, 447), (0, 0), (8192, 8192)])
    func `sizes that cannot be encoded are an error`(width: Int, height: Int) throws {
        let size = PixelSize(width: width, height: height)
        #expect(throws: EncodeError.encoder(.unsupportedSize(size))) { _ = try PictureEncoder(size: size) }
    }

    @Test func `a typed star costs little`() throws {
        var encoder = try encoder()
        var page = TextPicture(size: screen)
        _ = page.showCode(0)
        _ = try encoder.encode(page.picture)
        var sizes: [Double] = []
        for _ in 1...20 {
            for count in 0...4 {
                let damage = page.showCode(count)
                let unit = try #require(try encoder.encode(page.picture, damage: damage))
                if count > 0 { sizes.append(Double(unit.bytes.count)) }
            }
        }
        #expect(try #require(Percentiles(sizes).p50) <= 250)
    }
}
