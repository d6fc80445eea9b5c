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

    @Test func `a row keeps all that the operator may say of it`() throws {
        let digest = [UInt8](0..<32)
        var table = Stage.table(2)
        table.rows[0].servers.append(ServerAddress(host: "2001:db8::1", port: 65535))
        table.rows[0].logo = digest
        table.rows[0].localFallback = true
        table.rows[0].launchers = [.user(0), .user(UInt32.max), .home]
        table.rows[0].storedData = ["account", "identity.2"]
        let read = try CorrespondenceTable(decoding: table.encoded())
        #expect(read == table)
        #expect(read.rows[0].server.host == "server.example")
        #expect(read.rows[0].logoRecord == "logo/000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(read.logoRecords == ["logo/000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"])
        #expect(read.rows[1].logoRecord == nil && !read.rows[1].localFallback && read.rows[1].storedData.isEmpty)
    }

    @Test func `rows that use all that they may are read back`() throws {
        var table = Stage.table(1)
        let long = String(repeating: "x", count: 256)
        table.rows = (0..<CorrespondenceLimits.rows).map { number in
            CorrespondenceRow(
                application: String(repeating: "a", count: 62) + "\(10 + number)", title: long,
                servers: (1...8).map { ServerAddress(host: long, port: $0) }, entryModes: .all,
                accent: Colour(argb: 0xFFFF_FFFF), idleSeconds: 86_400, totalSeconds: 86_400,
                logo: [UInt8](repeating: 0xFF, count: 32), localFallback: true,
                launchers: (0..<16).map { .user(UInt32.max - $0) },
                storedData: (0..<8).map { String(repeating: "d", count: 63) + "\($0)" })
        }
        let bytes = table.encoded()
        #expect(try CorrespondenceTable(decoding: bytes) == table)
        #expect(bytes.count < CorrespondenceLimits.tableBytes - 256, "the signature fits, too")
    }

    @Test func `who may start an application is what its row says`() {
        let rows: [([Launcher], allowed: [Launcher], refused: [Launcher])] = [
            (CorrespondenceRow.usualLaunchers, [.home, .anyone, .user(0), .user(1000)], []),
            ([.home], [.home], [.anyone, .user(0), .user(1000)]),
            ([.anyone], [.anyone, .user(0), .user(1000)], [.home]),
            ([.user(1000)], [.user(1000)], [.home, .anyone, .user(0), .user(1001)]),
            ([.home, .user(7)], [.home, .user(7)], [.anyone, .user(0)]),
        ]
        var row = Stage.table(1).rows[0]
        #expect(row.launchers == [.home, .anyone])
        for (launchers, allowed, refused) in rows {
            row.launchers = launchers
            for launcher in allowed { #expect(row.allows(launcher: launcher), "\(launchers) \(launcher)") }
            for launcher in refused { #expect(!row.allows(launcher: launcher), "\(launchers) \(launcher)") }
        }
    }

    @Test(arguments: ["", ".x", "a/b", "a b", "x.new", "ä", "..", String(repeating: "a", count: 65)])
    func `stored data whose name is no record's is refused`(name: String) {
        #expect(!CorrespondenceRow.isStoredName(name))
        var table = Stage.table(1)
        table.rows[0].storedData = ["account", name]
        #expect(throws: CorrespondenceError.badField(key: 12, row: 0)) {
            try CorrespondenceTable(decoding: table.encoded())
        }
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
        /// The first row's modes as they are written, whatever they are.
        func withEntryModes(_ numbers: [UInt64]) -> [UInt8] {
            guard case .map(var table)? = try? CBOR(decoding: Stage.table(2).encoded()),
                let (key, rows) = table.first(where: { $0.value.array?.first.map(isMap) == true }),
                var list = rows.array, case .map(var row) = list[0]
            else { return [] }
            row[.unsigned(5)] = .array(numbers.map { .unsigned($0) })
            list[0] = .map(row)
            table[key] = .array(list)
            return CBOR.map(table).encoded()
        }
        func isMap(_ item: CBOR) -> Bool { if case .map = item { true } else { false } }
        let rows: [([UInt8], CorrespondenceError)] = [
            (changed { $0.terminal = "" }, .badField(key: 2, row: nil)),
            (changed { $0.user = String(repeating: "x", count: 65) }, .badField(key: 3, row: nil)),
            (changed { $0.rows[1].title = "a\u{202E}b" }, .badField(key: 2, row: 1)),
            (changed { $0.rows[0].server.port = 0 }, .badField(key: 3, row: 0)),
            (changed { $0.rows[0].servers = [] }, .badField(key: 3, row: 0)),
            (changed { $0.rows[0].servers += $0.rows[0].servers }, .badField(key: 3, row: 0)),
            (
                changed { $0.rows[1].servers = (1...9).map { ServerAddress(host: "a", port: $0) } },
                .badField(key: 3, row: 1)
            ),
            (withEntryModes([1, 1]), .badField(key: 5, row: 0)), (withEntryModes([1, 32]), .badField(key: 5, row: 0)),
            (changed { $0.rows[1].totalSeconds = 0 }, .badField(key: 8, row: 1)),
            (changed { $0.rows[1].logo = [1, 2, 3] }, .badField(key: 9, row: 1)),
            (changed { $0.rows[0].launchers = [] }, .badField(key: 11, row: 0)),
            (changed { $0.rows[0].launchers = [.user(5), .user(5)] }, .badField(key: 11, row: 0)),
            (changed { $0.rows[1].launchers = (0...16).map(Launcher.user) }, .badField(key: 11, row: 1)),
            (changed { $0.rows[1].storedData = (0...8).map { "a\($0)" } }, .badField(key: 12, row: 1)),
            (changed { $0.rows[1].application = "wallet" }, .repeatedApplication(row: 1)),
            (CBOR.fields([0: .unsigned(9)]).encoded(), .format(9)),
            (CBOR.fields([0: .unsigned(1)]).encoded(), .format(1)),
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
                0: .unsigned(CorrespondenceLimits.format), 1: .unsigned(width), 2: .unsigned(height),
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
                0: .unsigned(CorrespondenceLimits.format), 1: .unsigned(10), 2: .unsigned(3), 3: .bytes(index),
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
