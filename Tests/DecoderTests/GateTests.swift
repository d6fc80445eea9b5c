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

    /// Sequence parameter sets by hand: profile, constraints, level, then fields as in H.264 7.3.2.1.1.
    @Test func `parameter sets that were not agreed are refused`() throws {
        func verdict(_ change: (inout SequenceFields) -> Void) -> GateError? {
            var fields = SequenceFields()
            change(&fields)
            let picture: [UInt8] = [0, 0, 1, 0x68, 0xCE, 0x3C, 0x80, 0, 0, 1, 0x65, 0xB8, 0x00, 0x04, 0x00]
            var gate = StreamGate(terms: terms)
            do throws(GateError) {
                _ = try gate.admit(([0, 0, 1] + fields.encoded() + picture)[...])
                return nil
            } catch { return error }
        }
        #expect(verdict { _ in } == nil)
        #expect(verdict { $0.profile = 100 } == .wrongParameters)
        #expect(verdict { $0.profile = 77 } == .wrongParameters)
        #expect(verdict { $0.constraints = 0xC1 } == .wrongParameters)
        #expect(verdict { $0.level = 60 } == .wrongParameters)
        #expect(verdict { $0.identifier = 1 } == .notAllowed)
        #expect(verdict { $0.frameNumberBits = 13 } == .malformed)
        #expect(verdict { $0.orderType = 1 } == .notAllowed)
        #expect(verdict { $0.orderType = 3 } == .malformed)
        #expect(verdict { $0.references = 5 } == .wrongParameters)
        #expect(verdict { $0.columns = 51 } == .wrongParameters)
        #expect(verdict { $0.rows = 27 } == .wrongParameters)
        #expect(verdict { $0.columns = 100_000 } == .malformed)
        #expect(verdict { $0.framesOnly = false } == .notAllowed)
        #expect(verdict { $0.crop = (0, 0, 0, 0) } == nil)
        #expect(verdict { $0.crop = (1, 0, 0, 0) } == .wrongParameters)
        #expect(verdict { ($0.crop, $0.columns) = ((0, 8, 0, 0), 51) } == .wrongParameters)
        #expect(verdict { ($0.crop, $0.rows) = ((0, 0, 0, 4), 29) } == .wrongParameters)
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
            .frame(sequence: 1 << 40, buffer: 7, microseconds: .max), .refused(sequence: 5, reason: .gap),
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

/// A sequence parameter set field by field; the defaults are those of an 800×448 stream.
struct SequenceFields {
    var profile: UInt32 = 66
    var constraints: UInt32 = 0xC0
    var level: UInt32 = 31
    var identifier: UInt32 = 0
    var frameNumberBits: UInt32 = 15 - 4
    var orderType: UInt32 = 2
    var references: UInt32 = 1
    var columns: UInt32 = 50
    var rows: UInt32 = 28
    var framesOnly = true
    var crop: (left: UInt32, right: UInt32, top: UInt32, bottom: UInt32)?

    func encoded() -> [UInt8] {
        var bits: [Bool] = []
        func put(_ value: UInt32, _ count: Int) {
            for place in (0..<count).reversed() { bits.append(value >> UInt32(place) & 1 == 1) }
        }
        func golomb(_ value: UInt32) {
            let length = 32 - (value + 1).leadingZeroBitCount
            put(0, length - 1)
            put(value + 1, length)
        }
        put(0x67, 8)
        put(profile, 8)
        put(constraints, 8)
        put(level, 8)
        golomb(identifier)
        golomb(frameNumberBits)
        golomb(orderType)
        golomb(references)
        put(0, 1)
        golomb(columns - 1)
        golomb(rows - 1)
        put(framesOnly ? 1 : 0, 1)
        put(1, 1)
        put(crop == nil ? 0 : 1, 1)
        if let crop { for side in [crop.left, crop.right, crop.top, crop.bottom] { golomb(side) } }
        put(0, 1)
        put(1, 1)
        while bits.count % 8 != 0 { bits.append(false) }
        var result: [UInt8] = []
        var zeros = 0
        for start in stride(from: 0, to: bits.count, by: 8) {
            let byte = bits[start..<(start + 8)].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
            if zeros == 2 && byte <= 3 {
                result.append(3)
                zeros = 0
            }
            result.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return result
    }
}
