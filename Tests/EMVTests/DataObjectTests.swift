import EMV
import Testing

/// Everything in `bytes` as make-trees.py writes it, if it is one data object.
private func tree(_ bytes: [UInt8]) throws(CardFormatError) -> String {
    // The span ends before the array does.
    try unsafe tree(bytes.span.bytes, bytes)
}

private func tree(_ span: RawSpan, _ bytes: [UInt8]) throws(CardFormatError) -> String {
    let object = try DataObject(outermost: span, 0..<bytes.count)
    guard object.tag.isConstructed else { return "\(object.tag)=\(digits(Array(bytes[object.value])))" }
    var text = "\(object.tag){"
    var walk = ObjectWalk(object.value)
    var open = 1
    while let inner = try walk.next(in: span) {
        text += String(repeating: "}", count: open - walk.depth)
        if !text.hasSuffix("{") { text += "," }
        open = walk.depth + (inner.tag.isConstructed ? 1 : 0)
        text += "\(inner.tag)" + (inner.tag.isConstructed ? "{" : "=\(digits(Array(bytes[inner.value])))")
    }
    return text + String(repeating: "}", count: open)
}

@Suite struct `Data objects` {
    @Test func `published answers have the tree that another implementation sees`() throws {
        let lines = try Fixture.lines("trees.txt")
        #expect(lines.count > 90)
        for line in lines {
            let words = line.split(separator: " ")
            let text = try tree(try hex(words[0]))
            #expect(text == words[1])
        }
    }

    @Test(arguments: [
        // Lengths longer than needed, and of up to three bytes.
        ("7004 9A 8101 05", CardFormatError?.none), ("7005 9A 820001 05", nil),
        ("7006 9A 83000001 05", nil), ("7007 9A 8400000001 05", .badLength), ("8101", .truncated),
        // The indefinite form, and the length 255 that X.690 keeps for later.
        ("7080 9A0105 0000", .badLength), ("70FF", .badLength), ("910A 00", .truncated), ("918211", .truncated),
        ("91FE4C94B779BC04", .badLength),
        // Padding: inside only.
        ("7007 00FF 9A0105 00FF", nil), ("7002 FFFF", nil), ("7000", nil), ("7000 00", .trailingBytes),
        ("7000 FFFF", .trailingBytes), ("00 7000", .badTag), ("FF 7000", .badTag), ("", .truncated),
        // Tags: three bytes at most, and no number that begins with a zero.
        ("9F01 0105", nil), ("9FC81A 0105", nil), ("9F8101 0105", nil), ("9FC8C8 01 05", .badTag),
        ("9F00 0105", .badTag), ("9F8001 0105", .badTag), ("9F", .truncated), ("9F81", .truncated),
        // Ends.
        ("7003 9A0205", .truncated), ("7004 9A0105 9F", .truncated), ("9A03 0102", .truncated),
        ("9A01 0102", .trailingBytes), ("9A00", nil),
    ])
    func `edges of the encoding`(text: String, error: CardFormatError?) throws {
        let bytes = try hex(text)
        var seen: CardFormatError?
        do throws(CardFormatError) { _ = try tree(bytes) } catch { seen = error }
        #expect(seen == error, "\(text)")
    }

    @Test func `templates go eight deep and no deeper`() throws {
        func nested(_ depth: Int) -> [UInt8] { (1..<depth).reduce(tlv(0x9A, [1])) { inner, _ in tlv(0x70, inner) } }
        _ = try tree(nested(CardLimits.nesting + 1))
        #expect(throws: CardFormatError.tooDeep) { try tree(nested(CardLimits.nesting + 2)) }
    }

    @Test func `a template of nothing but padding is read in the time of its length`() throws {
        let bytes = tlv(0x70, [UInt8](repeating: 0xFF, count: 65_000))
        #expect(try tree(bytes) == "70{}")
    }
}

@Suite struct `Data object lists` {
    @Test func `published lists are filled in as published`() throws {
        let rows = try Fixture.parts("dol.txt", 3)
        #expect(rows.count > 15)
        for row in rows {
            var values: [String: TerminalValue] = [:]
            for word in row[1].split(separator: " ") {
                let parts = word.split(separator: ":").map(String.init)
                let format: TerminalValue.Format =
                    ["n": .numeric, "cn": .compressedNumeric][parts[1]] ?? .other
                values[parts[0]] = TerminalValue(try hex(parts[2]), format)
            }
            let encoded = try hex(row[0])
            var result: String
            do throws(CardFormatError) {
                let list = try DataObjectList(decoding: encoded)
                let data = list.data { values["\($0)"] }
                #expect(data.count == list.dataLength)
                result = digits(data)
            } catch { result = "refused \(error)" }
            #expect(result == row[2], "\(row)")
        }
    }

    @Test func `numbers become digits`() {
        #expect(TerminalValue(digits: 2490, bytes: 6).bytes == [0, 0, 0, 0, 0x24, 0x90])
        #expect(TerminalValue(digits: 999_999_999_999, bytes: 6).bytes == [UInt8](repeating: 0x99, count: 6))
        #expect(TerminalValue(digits: 1_978, bytes: 1).bytes == [0x78])
    }
}
