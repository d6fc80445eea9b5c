internal import Admission
internal import Correspondence
internal import Database
internal import Drawing
internal import FoundationEssentials
internal import Pictures

/// A table that has been signed and stored.
struct TableRecords {
    let version: UInt64
    /// What goes into the terminal's store: `table`, and `logo/…` for each logo that it names.
    let records: [String: [UInt8]]
    /// Titles of the applications, in the table's order.
    let titles: [String]
}

/// Makes correspondence tables, and the rest of what a terminal shows by itself.
enum TableMaker {
    /// Makes the terminal's next table with a row for each application that `user` may run on it, signs it with the
    /// operator's key (made if there is none), and stores it: the server sends it to the terminal at its next look.
    /// Remembers the user, servers, screen and font for the next time. Whether the terminal may have a table at all
    /// is the caller's to know: see `Directory.terminal(ready:now:)`.
    static func records(
        directory: Directory, state: String, terminal: String, user: String, servers: [ServerAddress],
        screen: PixelSize, font: String, now: Date
    ) throws -> TableRecords {
        let settings = TableSettings(user: user, servers: servers, screen: screen, font: font)
        let draft = try TableDraft(directory: directory, state: state, terminal: terminal, settings: settings)
        let key = try OperatorKey.openOrCreate(state: state)
        // Here, so that a failure above uses no version up.
        let version = try directory.nextTableVersion(terminal: terminal)
        let table = CorrespondenceTable(version: version, terminal: terminal, user: user, rows: draft.rows)
        let signed = try SignedTable(signing: table) { message throws(AdmissionError) in try key.sign(message) }
        let bundle = TableBundle(table: signed.bytes, logos: draft.logos)
        // As the server and the terminal will.
        _ = try SignedTable(decoding: TableBundle(decoding: bundle.encoded()).table, verify: key.verifies)
        try directory.setRowSettings(
            terminal: terminal, application: TableSettings.application, settings.texts)
        try directory.setSignedTable(terminal: terminal, version: version, bytes: bundle.encoded(), now: now)
        try directory.note("signed", terminal: terminal, detail: "table \(version) for user \(user)", now: now)
        return TableRecords(version: version, records: bundle.records, titles: draft.rows.map(\.title))
    }

    /// The trusted environment's letters for a screen, in both sizes of type: the terminal's board says which it shows.
    /// Prints what the font lacks.
    static func glyphs(screen: PixelSize, font: String) throws -> [String: [UInt8]] {
        var notes: Set<String> = []
        var records: [String: [UInt8]] = [:]
        for sheet in GlyphSizes.sheets(for: screen) {
            let made = try Artwork.glyphSheet(
                family: font, pixelSize: sheet.pixels, weight: sheet.weight, scalars: GlyphSizes.scalars,
                note: { notes.insert($0) })
            records[sheet.record] = made.encoded()
        }
        for note in notes.sorted() { print(note) }
        return records
    }
}

extension Directory {
    /// The terminal, if it may have a table: enrolled, its certificate current.
    func terminal(ready name: String, now: Date) throws -> TerminalRecord {
        guard let record = try terminal(named: name) else { throw DatabaseError.unknown(.terminal, name: name) }
        guard record.condition(now: now) == "enrolled" else {
            throw Complaint("terminal \(name) is \(record.condition(now: now))")
        }
        return record
    }
}
