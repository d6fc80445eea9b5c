internal import Evidence
internal import TLS
internal import Testing
internal import Wire

@Suite struct `A signed envelope` {
    private let payload = Array("payload".utf8)
    private let signature = [UInt8](0..<64)
    private var envelope: [UInt8] { SignedEnvelope.encode(payload: payload, signature: signature) }

    @Test func `its bytes are those of COSE`() {
        // d2 = tag 18, 84 = array of 4, 43 a10126 = {1: -7}, a0 = {}, 47 payload, 58 40 signature.
        #expect(envelope == [0xD2, 0x84, 0x43, 0xA1, 0x01, 0x26, 0xA0, 0x47] + payload + [0x58, 0x40] + signature)
        let signed = SignedEnvelope.toBeSigned(payload: payload, context: "context")
        // RFC 9052 §4.4: ["Signature1", protected, external_aad, payload].
        #expect(
            signed == [0x84, 0x6A] + Array("Signature1".utf8) + [0x43, 0xA1, 0x01, 0x26, 0x47] + Array("context".utf8)
                + [0x47] + payload)
    }

    @Test func `what was put in comes out`() throws {
        let read = try SignedEnvelope(decoding: envelope, limit: 200)
        #expect(read.payload == payload && read.signature == signature)
        #expect(
            try SignedEnvelope(decoding: SignedEnvelope.encode(payload: [], signature: signature), limit: 200).payload
                == [])
    }

    @Test func `two contexts give two messages, however payload and context are cut`() {
        let one = SignedEnvelope.toBeSigned(payload: Array("bc".utf8), context: "a")
        let two = SignedEnvelope.toBeSigned(payload: Array("c".utf8), context: "ab")
        #expect(one != two)
        #expect(SignedEnvelope.Context.release != SignedEnvelope.Context.table)
    }

    @Test func `anything else is refused, with a reason`() {
        func item(_ parts: [CBOR], tag: UInt64? = 18) -> [UInt8] {
            tag.map { CBOR.tagged($0, .array(parts)).encoded() } ?? CBOR.array(parts).encoded()
        }
        let header = CBOR.bytes([0xA1, 0x01, 0x26])
        let good: [CBOR] = [header, .map([:]), .bytes(payload), .bytes(signature)]
        func with(_ index: Int, _ value: CBOR) -> [CBOR] {
            var parts = good
            parts[index] = value
            return parts
        }
        let rows: [([UInt8], EvidenceError)] = [
            ([], .notEncoded(.envelope, .truncated)),
            (Array(item(good).dropLast()), .notEncoded(.envelope, .truncated)),
            (item(good) + [0], .notEncoded(.envelope, .trailingBytes)),
            (item(good, tag: 98), .unknownFormat(.envelope)),
            (item(good, tag: nil), .unknownFormat(.envelope)),
            (item(Array(good.dropLast())), .unknownFormat(.envelope)),
            (item(good + [.map([:])]), .unknownFormat(.envelope)),
            (item(with(0, .bytes([]))), .bad(.envelope, key: 0)),
            (item(with(0, .bytes([0xA1, 0x01, 0x38, 0x22]))), .bad(.envelope, key: 0)),
            (item(with(0, .map([.unsigned(1): .negative(6)]))), .bad(.envelope, key: 0)),
            (item(with(1, .map([.unsigned(4): .bytes([1])]))), .bad(.envelope, key: 1)),
            (item(with(2, .simple(22))), .bad(.envelope, key: 2)),
            (item(with(3, .bytes(Array(signature.dropLast())))), .bad(.envelope, key: 3)),
            (item(with(3, .bytes(signature + [0]))), .bad(.envelope, key: 3)),
            ([UInt8](repeating: 0, count: 201), .tooLong(.envelope, bytes: 201, limit: 200)),
        ]
        for (bytes, error) in rows {
            #expect(throws: error) { try SignedEnvelope(decoding: bytes, limit: 200) }
        }
    }
}
