import Correspondence
import Hold
import LinuxBase
import Logging
import Pictures
import Seal
import TLS
import Wire

/// A correspondence table that the server has sent.
extension TrustedEnvironment {
    /// Takes the table, or waits for the end of the session that runs by the one before.
    func takeTable(_ bytes: [UInt8]) {
        guard launch == nil else {
            waitingTable = bytes
            return
        }
        waitingTable = nil
        do {
            let version = try install(bytes)
            log.info("table installed", metadata: ["version": "\(version)", "rows": "\(records.table.rows.count)"])
            timeline.note("table", at: Clock.now(), ["version": version])
            send(.tableInstalled(version))
            if recall == nil, let row = records.table.rows.first, !row.servers.contains(server) {
                connect(to: row.server, Clock.now())
            }
            if showing == .home { showHome() }
        } catch {
            // The table that is there goes on; the operator sees that this one does not arrive.
            log.error("table refused: \(error)")
        }
    }

    /// All of it is checked before any of it is written, and it is written at once.
    private func install(_ bytes: [UInt8]) throws -> UInt64 {
        let bundle = try TableBundle(decoding: bytes)
        let key = records.operatorKey
        let signed = try SignedTable(decoding: bundle.table) { message, signature in
            SignatureCheck.isValid(signature, of: message, point: key)
        }
        let names = Set(try store.names())
        try signed.check(
            terminal: records.terminal, newerThan: records.newestTable,
            records: names.union(bundle.logos.keys.map(LogoRecord.name)))
        for row in signed.table.rows {
            guard let digest = row.logo else { continue }
            let logo = try bundle.logos[digest] ?? store.read(LogoRecord.name(digest))
            _ = try LogoRecord.picture(logo, digest: digest, sha256: Digest.sha256)
        }
        // The version by itself as well: a table that is damaged, or that an old grant brings, does not lead back.
        var changes: [(name: String, bytes: [UInt8]?)] = [
            ("table", signed.bytes), ("table-version", NumberRecord.encoded(signed.table.version)),
        ]
        let wanted = signed.table.logoRecords
        for (digest, logo) in bundle.logos where wanted.contains(LogoRecord.name(digest)) {
            changes.append((LogoRecord.name(digest), logo))
        }
        for name in names where name.hasPrefix("logo/") && !wanted.contains(name) { changes.append((name, nil)) }
        try store.commit(changes)
        records = try StoredRecords(from: store, type: options.type)
        artist = ScreenArtist(
            size: artist.layout.size, records: records, hasKeypad: artist.layout.keypad != nil)
        return signed.table.version
    }
}
