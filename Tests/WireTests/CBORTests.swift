import FuzzKit
import Testing
import Wire

@Suite struct CBORTests {
    @Test(arguments: ["rfc8949-appendix-a.txt", "not-well-formed.txt", "not-deterministic.txt"])
    func `every vector is read and written back, or refused with its error`(file: String) throws {
        let vectors = try Fixture.vectors(file)
        #expect(vectors.count > 40)
        for vector in vectors {
            let result: String
            do throws(WireError) {
                let item = try CBOR(decoding: vector.bytes)
                #expect(item.encoded() == vector.bytes, "\(vector)")
                result = diagnostic(item)
            } catch {
                result = "refused " + name(of: error)
            }
            #expect(result == vector.rest, "\(vector)")
        }
    }

    @Test func `every item comes back as it was written`() throws {
        var random = SeededGenerator(seed: 8949)
        for _ in 0..<5000 {
            let item = RandomValue.item(depth: 4, using: &random)
            #expect(try CBOR(decoding: item.encoded()) == item)
        }
    }

    @Test func `map keys are ordered by their bytes, whatever order they came in`() {
        let keys: [CBOR] = [
            .unsigned(10), .unsigned(100), .negative(0), .text("z"), .text("aa"), .array([.unsigned(100)]),
        ]
        for keys in [keys, keys.reversed()] {
            var map: [CBOR: CBOR] = [:]
            for key in keys { map[key] = .unsigned(0) }
            // RFC 8949 §4.2.1's own example, less its last key.
            #expect(hexadecimal(CBOR.map(map).encoded()) == "a60a00186400200061" + "7a00626161008118" + "6400")
        }
    }

    @Test func `two texts that Unicode calls equal are two keys`() throws {
        let composed = CBOR.text("\u{e9}")
        let decomposed = CBOR.text("e\u{301}")
        #expect(composed != decomposed)
        let map = CBOR.map([composed: .unsigned(1), decomposed: .unsigned(2)])
        #expect(try CBOR(decoding: map.encoded()) == map)
    }

    @Test func `zero, minus zero and not-a-number are three keys`() throws {
        let map = CBOR.map([.float(0.0): .unsigned(1), .float(-0.0): .unsigned(2), .float(.nan): .unsigned(3)])
        #expect(try CBOR(decoding: map.encoded()) == map)
        #expect(CBOR.float(.nan) == CBOR.float(-.signalingNaN))
    }

    @Test func `a float takes the fewest bytes that keep it`() {
        let widths: [(Double, Int)] = [
            (1, 3), (65504, 3), (65505, 5), (0x1p-24, 3), (0x1p-25, 5), (0x1p-149, 5), (0x1p-150, 9), (.pi, 9),
            (-.infinity, 3), (Double(Float.greatestFiniteMagnitude), 5), (0x1p128, 9),
        ]
        for (value, width) in widths { #expect(CBOR.float(value).encoded().count == width, "\(value)") }
    }

    @Test func `nesting, items and totals are bounded`() throws {
        func nested(_ depth: Int) -> CBOR { depth == 0 ? .unsigned(0) : .array([nested(depth - 1)]) }
        #expect(try CBOR(decoding: nested(WireLimits.nesting).encoded()) == nested(WireLimits.nesting))
        #expect(throws: WireError.tooDeep) { try CBOR(decoding: nested(WireLimits.nesting + 1).encoded()) }

        func wide(_ count: Int) -> CBOR { .array([CBOR](repeating: .unsigned(0), count: count)) }
        #expect(try CBOR(decoding: wide(WireLimits.containerItems).encoded()) == wide(WireLimits.containerItems))
        #expect(throws: WireError.tooManyItems(WireLimits.containerItems + 1)) {
            try CBOR(decoding: wide(WireLimits.containerItems + 1).encoded())
        }

        let many = CBOR.array([CBOR](repeating: wide(63), count: 16))
        #expect(throws: WireError.tooManyItems(WireLimits.messageItems)) { try CBOR(decoding: many.encoded()) }
        let generous = CBOR.Limits(nesting: 3, containerItems: 100, totalItems: 2000)
        #expect(try CBOR(decoding: many.encoded(), limits: generous) == many)
    }

    @Test func `a length beyond the input is refused before anything is reserved`() {
        for head: [UInt8] in [[0x5b], [0x7b]] {
            let huge = head + [UInt8](repeating: 0xff, count: 8)
            #expect(throws: WireError.truncated) { try CBOR(decoding: huge) }
        }
        #expect(throws: WireError.tooManyItems(.max)) {
            try CBOR(decoding: [0x9b] + [UInt8](repeating: 0xff, count: 8))
        }
    }

    @Test func `fields leaves out what is nil and finds what is there`() {
        let map = CBOR.fields([0: .unsigned(1), 1: nil, 2: .text("x"), 3: .bool(false), 4: .bytes([9]), 5: .array([])])
        #expect(map[0]?.unsigned == 1)
        #expect(map[1] == nil)
        #expect(map[2]?.text == "x")
        #expect(map[3]?.bool == false)
        #expect(map[4]?.bytes == [9])
        #expect(map[5]?.array == [])
        #expect(map[2]?.unsigned == nil)
        #expect(CBOR.unsigned(4)[4] == nil)
        #expect(map.encoded().first == 0xa5)
    }
}
