import Correspondence
import Drawing
import Pictures
import Testing
import Wire

@Suite struct CorrespondenceTests {
    @Test func `a table is what it was after a round trip, and one has one encoding`() throws {
        for count in [0, 1, 10] {
            let table = Stage.table(count)
            #expect(try CorrespondenceTable(decoding: table.encoded()) == table)
            #expect(table.encoded() == Stage.table(count).encoded())
        }
        #expect(Stage.table(3).row(for: "clock")?.title == "Clock")
        #expect(Stage.table(3).row(for: "Clock") == nil)
    }

    @Test func `a table with a flipped bit is refused, or is another valid table, and never a crash`() throws {
        let bytes = Stage.table(3).encoded()
        var refused = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                do {
                    #expect(try CorrespondenceTable(decoding: changed) != Stage.table(3))
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > bytes.count)
        for count in 0..<bytes.count {
            #expect(throws: CorrespondenceError.self) { try CorrespondenceTable(decoding: Array(bytes[..<count])) }
        }
    }

    @Test func `what is out of bounds is named by its field and row`() {
        func changed(_ change: (inout CorrespondenceTable) -> Void) -> [UInt8] {
            var table = Stage.table(2)
            change(&table)
            return table.encoded()
        }
        let rows: [([UInt8], CorrespondenceError)] = [
            (changed { $0.terminal = "" }, .badField(key: 2, row: nil)),
            (changed { $0.user = String(repeating: "x", count: 65) }, .badField(key: 3, row: nil)),
            (changed { $0.rows[1].title = "a\u{202E}b" }, .badField(key: 2, row: 1)),
            (changed { $0.rows[0].server.port = 0 }, .badField(key: 4, row: 0)),
            (changed { $0.rows[0].entryModes = [.keys, .keys] }, .badField(key: 5, row: 0)),
            (changed { $0.rows[1].totalSeconds = 0 }, .badField(key: 8, row: 1)),
            (changed { $0.rows[1].application = "wallet" }, .repeatedApplication(row: 1)),
            (CBOR.fields([0: .unsigned(9)]).encoded(), .format(9)),
            (CBOR.fields([1: .unsigned(1)]).encoded(), .badField(key: 0, row: nil)),
            ([0xFF], .cbor(.unsupportedItem(initialByte: 0xFF))),
        ]
        for (bytes, error) in rows {
            #expect {
                try CorrespondenceTable(decoding: bytes)
            } throws: { found in
                // Which of its errors Wire finds in a lone break is Wire's business.
                if case .cbor = error, case .cbor = found as? CorrespondenceError { return true }
                return found as? CorrespondenceError == error
            }
        }
    }

    @Test func `logos and glyph sheets are what they were after a round trip`() throws {
        for logo in try Stage.logos().values { #expect(try Picture(decodingLogo: logo.encodedLogo()) == logo) }
        let sheet = try Artwork.glyphSheet(
            family: "Inter", pixelSize: 21, weight: 500, scalars: GlyphSizes.scalars)
        #expect(try GlyphSheet(decoding: sheet.encoded()) == sheet)
        #expect(sheet.glyphs.count > 300)
    }

    @Test func `a record whose lengths disagree is refused`() throws {
        func logo(_ width: UInt64, _ height: UInt64, _ bytes: Int) -> [UInt8] {
            CBOR.fields([
                0: .unsigned(1), 1: .unsigned(width), 2: .unsigned(height),
                3: .bytes([UInt8](repeating: 7, count: bytes)),
            ]).encoded()
        }
        #expect(try Picture(decodingLogo: logo(2, 3, 24)).size == PixelSize(width: 2, height: 3))
        #expect(throws: CorrespondenceError.inconsistent) { try Picture(decodingLogo: logo(2, 3, 23)) }
        for (width, height) in [(0, 1), (1, 0), (1025, 1), (UInt64.max, 2)] as [(UInt64, UInt64)] {
            #expect(throws: CorrespondenceError.self) { try Picture(decodingLogo: logo(width, height, 4)) }
        }
        func sheet(_ index: [UInt8], _ masks: Int) -> [UInt8] {
            CBOR.fields([
                0: .unsigned(1), 1: .unsigned(10), 2: .unsigned(3), 3: .bytes(index),
                4: .bytes([UInt8](repeating: 9, count: masks)),
            ]).encoded()
        }
        let glyph: [UInt8] = [0, 0, 0, 0x41, 0, 2, 0, 3, 0xFF, 0xFF, 0, 3, 0, 0, 0, 128]
        let made = try GlyphSheet(decoding: sheet(glyph, 6))
        #expect(made.glyphs["A"]?.left == -1 && made.glyphs["A"]?.advance == 128)
        #expect(throws: CorrespondenceError.inconsistent) { try GlyphSheet(decoding: sheet(glyph, 5)) }
        #expect(throws: CorrespondenceError.inconsistent) { try GlyphSheet(decoding: sheet(glyph, 7)) }
        #expect(throws: CorrespondenceError.badField(key: 3, row: nil)) {
            try GlyphSheet(decoding: sheet(glyph + glyph, 12))
        }
        #expect(throws: CorrespondenceError.badField(key: 3, row: nil)) { try GlyphSheet(decoding: sheet([1, 2], 0)) }
        var surrogate = glyph
        surrogate.replaceSubrange(0..<4, with: [0, 0, 0xD8, 0])
        #expect(throws: CorrespondenceError.badField(key: 3, row: nil)) {
            try GlyphSheet(decoding: sheet(surrogate, 6))
        }
    }
}
