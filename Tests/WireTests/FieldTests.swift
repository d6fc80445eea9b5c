import FuzzKit
import Pictures
import Testing
import Wire

/// One table for each direction: a good message with one field changed, and the error that names it.
@Suite struct FieldTests {
    struct Row {
        let base: CBOR
        let key: UInt64
        let value: CBOR?
        let error: WireError?

        init(_ base: CBOR, _ key: UInt64, _ value: CBOR?, _ error: WireError?) {
            self.base = base
            self.key = key
            self.value = value
            self.error = error
        }

        var bytes: [UInt8] {
            guard case .map(var map) = base else { return [] }
            map[.unsigned(key)] = value
            return CBOR.map(map).encoded()
        }
    }

    static let target = CBOR.fields([
        1: .unsigned(800), 2: .unsigned(448), 3: .unsigned(60_000), 4: .unsigned(31), 5: .unsigned(1),
    ])
    static let invoice = Samples.invoice.cbor
    static let hello = CBOR.fields([0: .unsigned(2), 1: .array([.unsigned(1)]), 2: .text("x")])
    static let request = CBOR.fields([
        0: .unsigned(3), 1: .bytes(Samples.request), 2: .text("wallet"), 3: .text("ada"), 4: target, 5: invoice,
    ])
    static let key = CBOR.fields([0: .unsigned(4), 1: .unsigned(1), 2: .unsigned(5)])
    static let card = CBOR.fields([
        0: .unsigned(13), 1: .unsigned(1), 2: .bytes(Array("12345678".utf8)), 4: .unsigned(2912), 6: .text(""),
        7: .bytes([1, 2, 3, 4, 5]),
    ])
    static let pin = CBOR.fields([
        0: .unsigned(14), 1: .unsigned(1), 2: .bytes(Samples.request), 3: .bytes(Array(Samples.request.prefix(12))),
    ])
    static let scanned = CBOR.fields([
        0: .unsigned(27), 1: .unsigned(1), 2: invoice, 3: .unsigned(2), 4: .unsigned(1),
    ])
    static let pointer = CBOR.fields([
        0: .unsigned(26), 1: .unsigned(1), 2: .unsigned(0), 3: .unsigned(0), 4: .unsigned(1),
    ])
    static let resume = CBOR.fields([0: .unsigned(7), 1: .unsigned(1), 2: .bytes(Samples.token)])
    static let unit = CBOR.fields([
        0: .unsigned(19), 1: .unsigned(1), 2: .bool(true), 3: .unsigned(0),
        4: .array([.unsigned(0), .unsigned(0), .unsigned(8), .unsigned(8)]), 5: .unsigned(0), 6: .unsigned(0),
        23: .bytes([1]),
    ])
    static let accepted = CBOR.fields([
        0: .unsigned(18), 1: .unsigned(1), 2: .bytes(Samples.token),
        3: .fields([1: .unsigned(8), 2: .unsigned(8), 3: .unsigned(66), 4: .unsigned(31), 5: .unsigned(1)]),
    ])

    static func text(_ count: Int) -> CBOR { .text(String(repeating: "x", count: count)) }
    static func with(_ base: CBOR, _ key: UInt64, _ value: CBOR?) -> CBOR {
        guard case .map(var map) = base else { return base }
        map[.unsigned(key)] = value
        return .map(map)
    }
    static func rectangle(_ x: UInt64, _ y: UInt64, _ width: UInt64, _ height: UInt64) -> CBOR {
        .array([.unsigned(x), .unsigned(y), .unsigned(width), .unsigned(height)])
    }

    static let terminalRows: [Row] = [
        Row(hello, 0, nil, .missingField(message: 0, key: 0)),
        Row(hello, 0, .text("2"), .badField(message: 0, key: 0)),
        Row(hello, 0, .bytes([2]), .badField(message: 0, key: 0)),
        Row(hello, 0, .unsigned(999), .unknownMessage(999)),
        Row(hello, 1, nil, .missingField(message: 2, key: 1)),
        Row(hello, 1, .array([]), .badField(message: 2, key: 1)),
        Row(hello, 1, .array([.text("1")]), .badField(message: 2, key: 1)),
        Row(hello, 1, .array([CBOR](repeating: .unsigned(1), count: 16)), nil),
        Row(hello, 1, .array([CBOR](repeating: .unsigned(1), count: 17)), .badField(message: 2, key: 1)),
        Row(hello, 2, text(256), nil),
        Row(hello, 2, text(257), .badField(message: 2, key: 2)),
        Row(hello, 2, .text("a\nb"), .badField(message: 2, key: 2)),
        Row(hello, 2, .text("a\u{7f}"), .badField(message: 2, key: 2)),
        Row(hello, 2, .text("a\u{9b}"), .badField(message: 2, key: 2)),
        Row(hello, 2, .text("\u{202e}a"), .badField(message: 2, key: 2)),
        Row(hello, 2, .text("\u{2066}a"), .badField(message: 2, key: 2)),
        Row(hello, 2, .bytes([0x61]), .badField(message: 2, key: 2)),
        Row(request, 1, .bytes([UInt8](repeating: 0, count: 15)), .badField(message: 3, key: 1)),
        Row(request, 1, .bytes([UInt8](repeating: 0, count: 17)), .badField(message: 3, key: 1)),
        Row(request, 2, text(64), nil),
        Row(request, 2, text(65), .badField(message: 3, key: 2)),
        Row(request, 2, text(0), .badField(message: 3, key: 2)),
        Row(request, 3, text(0), .badField(message: 3, key: 3)),
        Row(request, 4, nil, .missingField(message: 3, key: 4)),
        Row(request, 4, .unsigned(1), .badField(message: 64, key: 0)),
        Row(request, 4, with(target, 1, .unsigned(4096)), nil),
        Row(request, 4, with(target, 1, .unsigned(4097)), .badField(message: 64, key: 1)),
        Row(request, 4, with(target, 2, .unsigned(0)), .badField(message: 64, key: 2)),
        Row(request, 4, with(target, 3, .unsigned(0)), .badField(message: 64, key: 3)),
        Row(request, 4, with(target, 4, .unsigned(63)), .badField(message: 64, key: 4)),
        Row(request, 4, with(target, 5, .unsigned(5)), .badField(message: 64, key: 5)),
        Row(request, 4, with(target, 5, nil), .missingField(message: 64, key: 5)),
        Row(request, 5, nil, nil),
        Row(request, 5, with(invoice, 1, text(0)), .badField(message: 65, key: 1)),
        Row(request, 5, with(invoice, 4, .unsigned(WireLimits.amount)), nil),
        Row(request, 5, with(invoice, 4, .unsigned(WireLimits.amount + 1)), .badField(message: 65, key: 4)),
        Row(request, 5, with(invoice, 4, .negative(0)), .badField(message: 65, key: 4)),
        Row(request, 5, with(invoice, 5, .text("eur")), .badField(message: 65, key: 5)),
        Row(request, 5, with(invoice, 5, .text("EURO")), .badField(message: 65, key: 5)),
        Row(request, 5, with(invoice, 5, .text("€")), .badField(message: 65, key: 5)),
        Row(request, 5, with(invoice, 5, nil), .missingField(message: 65, key: 5)),
        Row(key, 1, .unsigned(0), .badField(message: 4, key: 1)),
        Row(key, 2, .unsigned(24), nil),
        Row(key, 2, .unsigned(25), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(31), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(32), nil),
        Row(key, 2, .unsigned(0x7f), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(0x9f), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(0xd800), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(0xdfff), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(0x10ffff), nil),
        Row(key, 2, .unsigned(0x110000), .badField(message: 4, key: 2)),
        Row(key, 2, .unsigned(.max), .badField(message: 4, key: 2)),
        Row(card, 1, .unsigned(0), .badField(message: 13, key: 1)),
        Row(card, 2, .bytes(Array("1234567".utf8)), .badField(message: 13, key: 2)),
        Row(card, 2, .bytes([UInt8](repeating: 0x30, count: 19)), nil),
        Row(card, 2, .bytes([UInt8](repeating: 0x30, count: 20)), .badField(message: 13, key: 2)),
        Row(card, 2, .bytes(Array("1234567a".utf8)), .badField(message: 13, key: 2)),
        Row(card, 2, .text("12345678"), .badField(message: 13, key: 2)),
        Row(card, 3, .bytes([UInt8](repeating: 0, count: 20)), .badField(message: 13, key: 3)),
        Row(card, 4, .unsigned(2900), .badField(message: 13, key: 4)),
        Row(card, 4, .unsigned(2913), .badField(message: 13, key: 4)),
        Row(card, 4, .unsigned(10001), .badField(message: 13, key: 4)),
        Row(card, 5, .unsigned(100), .badField(message: 13, key: 5)),
        Row(card, 6, text(17), .badField(message: 13, key: 6)),
        Row(card, 6, .text("é"), .badField(message: 13, key: 6)),
        Row(card, 7, .bytes([1, 2, 3, 4]), .badField(message: 13, key: 7)),
        Row(pin, 2, .bytes([1]), .badField(message: 14, key: 2)),
        Row(pin, 3, .bytes(Samples.request), .badField(message: 14, key: 3)),
        Row(.fields([0: .unsigned(15), 1: .unsigned(1)]), 2, .unsigned(12), nil),
        Row(.fields([0: .unsigned(15), 1: .unsigned(1)]), 2, .unsigned(13), .badField(message: 15, key: 2)),
        Row(.fields([0: .unsigned(29), 1: .unsigned(1)]), 2, .unsigned(0), .badField(message: 29, key: 2)),
        Row(.fields([0: .unsigned(29), 1: .unsigned(1)]), 2, .unsigned(5), .badField(message: 29, key: 2)),
        Row(.fields([0: .unsigned(28), 1: .unsigned(1)]), 2, .text("a\u{202e}"), .badField(message: 28, key: 2)),
        Row(scanned, 2, with(invoice, 5, .text("eur")), .badField(message: 65, key: 5)),
        Row(scanned, 3, .unsigned(3), .badField(message: 27, key: 3)),
        Row(scanned, 4, .unsigned(0), .badField(message: 27, key: 4)),
        Row(scanned, 4, .unsigned(10_000), .badField(message: 27, key: 4)),
        Row(pointer, 2, .unsigned(4096), .badField(message: 26, key: 2)),
        Row(pointer, 4, .unsigned(4), .badField(message: 26, key: 4)),
        Row(resume, 3, .bytes([1]), .badField(message: 7, key: 3)),
        Row(resume, 2, .bytes([]), .badField(message: 7, key: 2)),
        Row(resume, 2, .bytes(Samples.token + [0]), .badField(message: 7, key: 2)),
        Row(.fields([0: .unsigned(8)]), 1, .unsigned(3), .badField(message: 8, key: 1)),
    ]

    static let serverRows: [Row] = [
        Row(unit, 1, .unsigned(0), .badField(message: 19, key: 1)),
        Row(unit, 2, .unsigned(1), .badField(message: 19, key: 2)),
        Row(unit, 2, nil, nil),
        Row(unit, 3, nil, nil),
        Row(unit, 3, .unsigned(3), nil),
        Row(unit, 3, .unsigned(4), .badField(message: 19, key: 3)),
        Row(unit, 4, rectangle(0, 0, 4096, 4096), nil),
        Row(unit, 4, rectangle(1, 0, 4096, 1), .badField(message: 19, key: 4)),
        Row(unit, 4, rectangle(0, 4096, 1, 1), .badField(message: 19, key: 4)),
        Row(unit, 4, rectangle(.max, 0, .max, 1), .badField(message: 19, key: 4)),
        Row(unit, 4, .array([.unsigned(0)]), .badField(message: 19, key: 4)),
        Row(unit, 4, .array([.negative(0), .unsigned(0), .unsigned(1), .unsigned(1)]), .badField(message: 19, key: 4)),
        Row(unit, 23, .bytes([]), .badField(message: 19, key: 23)),
        Row(unit, 23, .text("x"), .badField(message: 19, key: 23)),
        Row(unit, 23, nil, .missingField(message: 19, key: 23)),
        Row(accepted, 2, .bytes([1]), .badField(message: 18, key: 2)),
        Row(accepted, 3, nil, .missingField(message: 18, key: 3)),
        Row(accepted, 3, .fields([:]), .missingField(message: 66, key: 1)),
        Row(.fields([0: .unsigned(17), 2: .text("")]), 1, .unsigned(11), .badField(message: 17, key: 1)),
        Row(.fields([0: .unsigned(20)]), 1, .unsigned(31), nil),
        Row(.fields([0: .unsigned(20)]), 1, .unsigned(32), .badField(message: 20, key: 1)),
        Row(.fields([0: .unsigned(20)]), 1, .unsigned(.max), .badField(message: 20, key: 1)),
        Row(.fields([0: .unsigned(21)]), 1, .unsigned(4), nil),
        Row(.fields([0: .unsigned(21)]), 1, .unsigned(1), .missingField(message: 21, key: 2)),
        Row(.fields([0: .unsigned(21)]), 1, .unsigned(7), .badField(message: 21, key: 1)),
    ]

    private func check(_ rows: [Row], _ decode: ([UInt8]) throws(WireError) -> Void) {
        for row in rows {
            var found: WireError?
            do throws(WireError) { try decode(row.bytes) } catch { found = error }
            #expect(
                found == row.error,
                "\(diagnostic(row.base)) with \(row.key) as \(row.value.map(diagnostic) ?? "nothing")")
        }
    }

    @Test func `each field of a terminal's message is held to its range`() {
        check(Self.terminalRows) { (bytes) throws(WireError) in _ = try TerminalMessage(decoding: bytes) }
    }

    @Test func `each field of a server's message is held to its range`() {
        check(Self.serverRows) { (bytes) throws(WireError) in _ = try ServerMessage(decoding: bytes) }
    }

    @Test func `complementary data has text names, each once even in Unicode's eyes`() {
        guard case .some(let base) = try? CBOR(decoding: Samples.applicationRequest.encoded()) else { return }
        let bad = WireError.badField(message: 32, key: 7)
        let rows = [
            Row(base, 7, .map([:]), nil),
            Row(base, 7, .map([.text("a"): text(4096)]), nil),
            Row(base, 7, .map([.text("a"): text(4097)]), bad),
            Row(base, 7, .map([.text(""): .text("")]), bad),
            Row(base, 7, .map([.unsigned(1): .text("")]), bad),
            Row(base, 7, .map([.text("a"): .unsigned(1)]), bad),
            Row(base, 7, .map([.text("\u{e9}"): .text(""), .text("e\u{301}"): .text("")]), bad),
            Row(base, 7, .array([]), bad),
            Row(base, 4, .unsigned(0), .badField(message: 32, key: 4)),
        ]
        check(rows) { (bytes) throws(WireError) in _ = try ApplicationRequest(decoding: bytes) }
    }

    private func text(_ count: Int) -> CBOR { Self.text(count) }

    @Test func `an item that is no map is no message`() {
        for bytes: [UInt8] in [[0x01], [0x80], [0x60], [0xf6]] {
            #expect(throws: WireError.unsupportedItem(initialByte: bytes[0])) { try TerminalMessage(decoding: bytes) }
        }
        #expect(throws: WireError.truncated) { try ServerMessage(decoding: []) }
    }
}
