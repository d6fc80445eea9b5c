internal import Pictures
internal import Wire

/// Map keys of the record `table`.
private enum Key {
    static let format: UInt64 = 0
    static let version: UInt64 = 1
    static let terminal: UInt64 = 2
    static let user: UInt64 = 3
    static let rows: UInt64 = 4

    static let application: UInt64 = 1
    static let title: UInt64 = 2
    static let host: UInt64 = 3
    static let port: UInt64 = 4
    static let entryModes: UInt64 = 5
    static let accent: UInt64 = 6
    static let idleSeconds: UInt64 = 7
    static let totalSeconds: UInt64 = 8
}

extension CorrespondenceTable {
    public func encoded() -> [UInt8] {
        CBOR.fields([
            Key.format: .unsigned(CorrespondenceLimits.format), Key.version: .unsigned(version),
            Key.terminal: .text(terminal), Key.user: .text(user), Key.rows: .array(rows.map(\.cbor)),
        ]).encoded()
    }

    /// Pure; refuses what is out of bounds, and a table with two rows for one application.
    public init(decoding bytes: [UInt8]) throws(CorrespondenceError) {
        let record = try RecordFields(decoding: bytes)
        version = try record.unsigned(Key.version)
        terminal = try record.text(Key.terminal, limit: WireLimits.identifierBytes)
        user = try record.text(Key.user, limit: WireLimits.identifierBytes)
        guard let items = record.item(Key.rows)?.array, items.count <= CorrespondenceLimits.rows else {
            throw record.bad(Key.rows)
        }
        rows = []
        for (index, item) in items.enumerated() {
            let next = try CorrespondenceRow(RecordFields(item, row: index))
            guard row(for: next.application) == nil else { throw .repeatedApplication(row: index) }
            rows.append(next)
        }
    }
}

extension CorrespondenceRow {
    fileprivate var cbor: CBOR {
        .fields([
            Key.application: .text(application), Key.title: .text(title), Key.host: .text(server.host),
            Key.port: .unsigned(UInt64(server.port)),
            Key.entryModes: .array(entryModes.map { .unsigned($0.rawValue) }),
            Key.accent: .unsigned(UInt64(accent.argb & 0xFF_FFFF)), Key.idleSeconds: .unsigned(idleSeconds),
            Key.totalSeconds: .unsigned(totalSeconds),
        ])
    }

    fileprivate init(_ record: RecordFields) throws(CorrespondenceError) {
        application = try record.text(Key.application, limit: WireLimits.identifierBytes)
        title = try record.text(Key.title, limit: WireLimits.textBytes)
        server = ServerAddress(
            host: try record.text(Key.host, limit: WireLimits.textBytes),
            port: UInt16(try record.unsigned(Key.port, in: 1...65535)))
        guard let modes = record.item(Key.entryModes)?.array else { throw record.bad(Key.entryModes) }
        entryModes = []
        for item in modes {
            guard let mode = item.unsigned.flatMap(EntryMode.init(rawValue:)), !entryModes.contains(mode) else {
                throw record.bad(Key.entryModes)
            }
            entryModes.append(mode)
        }
        accent = Colour(argb: 0xFF00_0000 | UInt32(try record.unsigned(Key.accent, in: 0...0xFF_FFFF)))
        idleSeconds = try record.unsigned(Key.idleSeconds, in: 1...CorrespondenceLimits.seconds)
        totalSeconds = try record.unsigned(Key.totalSeconds, in: 1...CorrespondenceLimits.seconds)
    }
}
