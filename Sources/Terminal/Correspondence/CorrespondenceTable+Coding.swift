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
    /// Each an array of host and port. 4 was the port in format 1.
    static let servers: UInt64 = 3
    static let entryModes: UInt64 = 5
    static let accent: UInt64 = 6
    static let idleSeconds: UInt64 = 7
    static let totalSeconds: UInt64 = 8
    /// Absent without a logo.
    static let logo: UInt64 = 9
    static let localFallback: UInt64 = 10
    /// 0 the home screen, 1 anyone, [user number] a user.
    static let launchers: UInt64 = 11
    static let storedData: UInt64 = 12
}

/// Enough for rows that use all that they may; the bytes bound the rest.
private let decodingLimits = CBOR.Limits(nesting: 6, containerItems: CorrespondenceLimits.rows, totalItems: 8192)

extension CorrespondenceTable {
    public func encoded() -> [UInt8] {
        CBOR.fields([
            Key.format: .unsigned(CorrespondenceLimits.format), Key.version: .unsigned(version),
            Key.terminal: .text(terminal), Key.user: .text(user), Key.rows: .array(rows.map(\.cbor)),
        ]).encoded()
    }

    /// Pure; refuses what is out of bounds, and a table with two rows for one application.
    public init(decoding bytes: [UInt8]) throws(CorrespondenceError) {
        let record = try RecordFields(decoding: bytes, limits: decodingLimits)
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
            Key.application: .text(application), Key.title: .text(title), Key.servers: .array(servers.map(\.cbor)),
            Key.entryModes: .array(entryModes.single.map { .unsigned($0.rawValue) }),
            Key.accent: .unsigned(UInt64(accent.argb & 0xFF_FFFF)), Key.idleSeconds: .unsigned(idleSeconds),
            Key.totalSeconds: .unsigned(totalSeconds), Key.logo: logo.map(CBOR.bytes),
            Key.localFallback: .bool(localFallback), Key.launchers: .array(launchers.map(\.cbor)),
            Key.storedData: .array(storedData.map(CBOR.text)),
        ])
    }

    fileprivate init(_ record: RecordFields) throws(CorrespondenceError) {
        let seconds = 1...CorrespondenceLimits.seconds
        self.init(
            application: try record.text(Key.application, limit: WireLimits.identifierBytes),
            title: try record.text(Key.title, limit: WireLimits.textBytes),
            servers: try record.list(Key.servers, 1...CorrespondenceLimits.servers, ServerAddress.init(cbor:)),
            entryModes: try record.list(Key.entryModes, 0...WireLimits.containerItems) {
                $0.unsigned.flatMap(EntryMode.init(known:))
            }.reduce(EntryMode.none) { $0.union($1) },
            accent: Colour(argb: 0xFF00_0000 | UInt32(try record.unsigned(Key.accent, in: 0...0xFF_FFFF))),
            idleSeconds: try record.unsigned(Key.idleSeconds, in: seconds),
            totalSeconds: try record.unsigned(Key.totalSeconds, in: seconds),
            logo: try record.item(Key.logo).map { item throws(CorrespondenceError) in
                guard let digest = item.bytes, digest.count == CorrespondenceLimits.digestBytes else {
                    throw record.bad(Key.logo)
                }
                return digest
            },
            localFallback: try record.bool(Key.localFallback),
            launchers: try record.list(
                Key.launchers, 1...CorrespondenceLimits.launchers, Launcher.init(cbor:)),
            storedData: try record.list(Key.storedData, 0...CorrespondenceLimits.storedData) { item in
                item.text.flatMap { Self.isStoredName($0) ? $0 : nil }
            })
    }
}

extension ServerAddress {
    fileprivate var cbor: CBOR { .array([.text(host), .unsigned(UInt64(port))]) }

    fileprivate init?(cbor: CBOR) {
        guard let parts = cbor.array, parts.count == 2, let host = parts[0].text,
            WireText.isClean(host, bytes: 1...WireLimits.textBytes), let number = parts[1].unsigned,
            let port = UInt16(exactly: number), port > 0
        else { return nil }
        self.init(host: host, port: port)
    }
}

extension Launcher {
    fileprivate var cbor: CBOR {
        switch self {
        case .home: .unsigned(0)
        case .anyone: .unsigned(1)
        case .user(let number): .array([.unsigned(UInt64(number))])
        }
    }

    fileprivate init?(cbor: CBOR) {
        switch cbor {
        case .unsigned(0): self = .home
        case .unsigned(1): self = .anyone
        case .array(let parts):
            guard parts.count == 1, let number = parts[0].unsigned.flatMap(UInt32.init(exactly:)) else { return nil }
            self = .user(number)
        default: return nil
        }
    }
}
