import Codec
import Decoder
import Encode
import Pictures
import Testing

@Suite struct GateTests {
    private let terms = StreamTerms(size: screen, profile: 66, level: 52, maximumBytes: 1 << 20)

    private func stream(layers: Int = 1, count: Int = 6) throws -> [[UInt8]] {
        var encoder = try encoder(layers: layers)
        var page = TextPicture(size: screen)
        return try (1...count).map { number in
            let damage = page.showNumber(number)
            return try #require(try encoder.encode(page.picture, damage: damage)).bytes
        }
    }

    @Test(arguments: 1...4) func `what our encoder makes passes`(layers: Int) throws {
        var gate = StreamGate(terms: terms)
        for (index, unit) in try stream(layers: layers, count: 20).enumerated() {
            #expect(try gate.admit(unit[...]).isKeyframe == (index == 0))
        }
    }

    @Test func `a refusal closes the gate until a keyframe`() throws {
        let units = try stream()
        var gate = StreamGate(terms: terms)
        _ = try gate.admit(units[0][...])
        #expect(throws: GateError.malformed) { try gate.admit([1, 2, 3][...]) }
        #expect(throws: GateError.needsKeyframe) { try gate.admit(units[1][...]) }
        _ = try gate.admit(units[0][...])
        _ = try gate.admit(units[1][...])
        gate.reset()
        #expect(throws: GateError.needsKeyframe) { try gate.admit(units[2][...]) }
    }

    @Test func `only the agreed kinds of units pass`() throws {
        let units = try stream()
        let allowed: Set<UInt8> = [6, 9, 14]
        for type in UInt8(0)..<32 where ![1, 5, 7, 8].contains(type) {
            var gate = StreamGate(terms: terms)
            let unit = [0, 0, 1, 0x60 | type, 0xF0] + units[0]
            if allowed.contains(type) {
                #expect(try gate.admit(unit[...]).isKeyframe)
            } else {
                #expect(throws: GateError.notAllowed) { try gate.admit(unit[...]) }
            }
        }
    }

    @Test func `no bytes make the gate trap`() throws {
        let units = try stream()
        var dice = Dice(state: 4)
        var passed = 0
        for round in 0..<30_000 {
            var gate = StreamGate(terms: terms)
            if round % 2 == 1 { _ = try gate.admit(units[0][...]) }
            var unit = Array(units[round % 2].prefix(20 + dice.roll(60)))
            for _ in 0...dice.roll(4) { unit[dice.roll(unit.count)] = UInt8(dice.roll(256)) }
            unit.removeLast(dice.roll(unit.count))
            // A slice of a larger array, as it comes out of a message.
            let inside = [9, 9, 9] + unit + [9]
            // Refused or not is no matter here.
            if (try? gate.admit(inside[3..<(3 + unit.count)])) != nil { passed += 1 }
        }
        #expect((1..<30_000).contains(passed))
    }

    @Test func `messages between the processes survive the journey, and no others are made of bytes`() throws {
        let terms = try #require(
            DecoderTerms(width: 800, height: 448, maximumBytes: 4 << 20, profile: 66, level: 31))
        let messages: [DecoderMessage] = [
            .configure(terms), .unit(sequence: .max, slot: 3, length: 4 << 20), .release(buffer: 8), .ready,
            .frame(
                sequence: 1 << 40, buffer: 7, microseconds: .max,
                colour: ColourDescription(matrix: .bt709, range: .full)), .refused(sequence: 5, reason: .gap),
        ]
        for message in messages { #expect(DecoderMessage(decoding: message.encoded()[...]) == message) }
        var dice = Dice(state: 11)
        for _ in 0..<20_000 {
            var bytes = messages[dice.roll(messages.count)].encoded()
            bytes[dice.roll(bytes.count)] = UInt8(dice.roll(256))
            guard let message = DecoderMessage(decoding: bytes[...]) else { continue }
            #expect(DecoderMessage(decoding: message.encoded()[...]) == message)
        }
        for count in [0, 31, 33] { #expect(DecoderMessage(decoding: [UInt8](repeating: 4, count: count)[...]) == nil) }
    }
}
