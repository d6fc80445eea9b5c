import Correspondence
import Evidence
import Pictures
import Testing
import Wire

/// A stand-in for a signature, and not for its check: it depends on each byte of the message, and TableTests
/// (ServerTests) has the real key. 64 bytes.
private func seal(_ message: [UInt8]) -> [UInt8] {
    (0..<8).flatMap { lane in
        var sum = 0xcbf2_9ce4_8422_2325 &+ UInt64(lane)
        for byte in message { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<8).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0))) }
    }
}

private func verify(_ message: [UInt8], _ signature: [UInt8]) -> Bool { seal(message) == signature }

/// As `seal`: 32 bytes that depend on all others.
private func digest(_ bytes: [UInt8]) -> [UInt8] { Array(seal(bytes)[..<32]) }

@Suite struct SignedTableTests {
    private static func signed(_ change: (inout CorrespondenceTable) -> Void = { _ in }) -> SignedTable {
        var table = Stage.table(3)
        change(&table)
        return SignedTable(signing: table, seal)
    }

    @Test func `a signed table is what was signed`() throws {
        let signed = Self.signed()
        let read = try SignedTable(decoding: signed.bytes, verify: verify)
        #expect(read == signed && read.table == Stage.table(3))
        let envelope = try SignedEnvelope(decoding: signed.bytes, limit: 65536)
        #expect(envelope.payload == Stage.table(3).encoded())
    }

    @Test func `the signature is looked at before the table, and is for tables only`() throws {
        let payload: [UInt8] = [0xFF]
        func envelope(context: String) -> [UInt8] {
            SignedEnvelope.encode(
                payload: payload, signature: seal(SignedEnvelope.toBeSigned(payload: payload, context: context)))
        }
        #expect(throws: TableError.signature) {
            try SignedTable(decoding: envelope(context: SignedEnvelope.Context.release), verify: verify)
        }
        #expect {
            try SignedTable(decoding: envelope(context: "vitrine table 1"), verify: verify)
        } throws: { error in
            guard case .table(.cbor) = error as? TableError else { return false }
            return true
        }
        #expect(throws: TableError.signature) {
            try SignedTable(decoding: Self.signed().bytes, verify: { _, _ in false })
        }
    }

    @Test func `one flipped bit anywhere is refused`() {
        let bytes = Self.signed().bytes
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(throws: TableError.self) { try SignedTable(decoding: changed, verify: verify) }
            }
        }
    }

    @Test func `what is no envelope, or one too long, is refused unverified`() {
        let long = [UInt8](repeating: 0, count: CorrespondenceLimits.tableBytes + 1)
        for bytes in [[], [0xFF], Stage.table(2).encoded(), long] {
            #expect {
                try SignedTable(decoding: bytes, verify: { _, _ in true })
            } throws: { error in
                guard case .envelope = error as? TableError else { return false }
                return true
            }
        }
    }

    @Test func `another terminal's table, an older one and one without its logos are refused, each by name`() throws {
        let logo = [UInt8](repeating: 0xAB, count: 32)
        let records: Set = ["table", LogoRecord.name(logo)]
        let table = Self.signed { $0.rows[1].logo = logo }
        try table.check(terminal: "till-04", newerThan: nil, records: records)
        try table.check(terminal: "till-04", newerThan: 2, records: records)
        #expect(throws: TableError.otherTerminal("till-04")) {
            try table.check(terminal: "till-05", newerThan: nil, records: records)
        }
        for version in [3, 4, UInt64.max] {
            #expect(throws: TableError.notNewer(3, than: version)) {
                try table.check(terminal: "till-04", newerThan: version, records: records)
            }
        }
        #expect(throws: TableError.missingLogo(application: "records")) {
            try table.check(terminal: "till-04", newerThan: 2, records: ["table", "logo/records"])
        }
    }

    @Test func `a logo is the one that the table names, or none`() throws {
        let logo = try #require(try Stage.logos()["wallet"])
        let bytes = logo.encodedLogo()
        #expect(try LogoRecord.picture(bytes, digest: digest(bytes), sha256: digest) == logo)
        #expect(throws: TableError.otherLogo) {
            try LogoRecord.picture(bytes, digest: digest([1]), sha256: digest)
        }
        #expect {
            try LogoRecord.picture([1, 2], digest: digest([1, 2]), sha256: digest)
        } throws: { error in
            guard case .logo(.cbor) = error as? TableError else { return false }
            return true
        }
    }

    @Test func `a bundle is what it was after a round trip, and names its records`() throws {
        let table = Self.signed().bytes
        let logos: [[UInt8]: [UInt8]] = [
            [UInt8](repeating: 1, count: 32): [1, 2, 3], [UInt8](repeating: 2, count: 32): [4],
        ]
        for logos in [logos, [:]] {
            let bundle = TableBundle(table: table, logos: logos)
            #expect(try TableBundle(decoding: bundle.encoded()) == bundle)
            #expect(bundle.records.count == 1 + logos.count && bundle.records["table"] == table)
        }
        let names = TableBundle(table: table, logos: logos).records.keys
        #expect(names.contains("logo/" + String(repeating: "02", count: 32)))
        let full = TableBundle(
            table: table,
            logos: Dictionary(
                uniqueKeysWithValues: (0..<64).map { number in
                    ([UInt8](repeating: UInt8(number), count: 32), [UInt8](repeating: 7, count: 60_000))
                }))
        #expect(try TableBundle(decoding: full.encoded()) == full)
    }

    @Test func `a bundle that is too long or names no digests is refused`() {
        let digest = [UInt8](repeating: 1, count: 32)
        let long = [UInt8](repeating: 7, count: CorrespondenceLimits.bundleBytes)
        let rows: [(TableBundle, CorrespondenceError)] = [
            (TableBundle(table: [1], logos: [digest: long]), .inconsistent),
            (TableBundle(table: [], logos: [:]), .badField(key: 1, row: nil)),
            (
                TableBundle(table: Array(long[...CorrespondenceLimits.tableBytes]), logos: [:]),
                .badField(key: 1, row: nil)
            ),
            (TableBundle(table: [1], logos: [[1, 2]: [1]]), .badField(key: 2, row: nil)),
            (TableBundle(table: [1], logos: [digest: []]), .badField(key: 2, row: nil)),
        ]
        for (bundle, error) in rows {
            #expect(throws: error) { try TableBundle(decoding: bundle.encoded()) }
        }
        #expect(throws: CorrespondenceError.badField(key: 1, row: nil)) { try TableBundle(decoding: [0xA0]) }
    }
}
