internal import Admission
internal import Catalogue
internal import Correspondence
internal import Crypto
internal import Database
internal import Drawing
internal import LinuxBase
internal import Pictures

/// The rows that a terminal's table would have if it were signed now, and their logos: from the rights, the
/// applications' manifests, and what the operator has set.
struct TableDraft {
    let rows: [CorrespondenceRow]
    /// Encoded logos by their digest.
    let logos: [[UInt8]: [UInt8]]

    /// No two logos together with their table may be too long for the terminal to be sent: what the table may have is
    /// taken off, and something for the heads.
    private static let logoBytes = CorrespondenceLimits.bundleBytes - CorrespondenceLimits.tableBytes - 65536

    /// Refuses a table without rows, and servers that terminals would refuse.
    init(directory: Directory, state: String, terminal: String, settings: TableSettings) throws {
        let entries = try Self.entries(directory: directory, state: state, terminal: terminal, user: settings.user)
        let own = try directory.rowSettings(terminal: terminal)
        let largest = Self.largestSide(of: entries.filter { $0.manifest.logo != nil }.count, on: settings.screen)
        var rows: [CorrespondenceRow] = []
        var logos: [[UInt8]: [UInt8]] = [:]
        for entry in entries {
            var row = Self.row(entry.manifest, servers: settings.servers, RowSettings(own[entry.manifest.id] ?? [:]))
            if let logo = try Self.logo(of: entry, largestSide: largest)?.encodedLogo() {
                let digest = [UInt8](SHA256.hash(data: logo))
                row.logo = digest
                logos[digest] = logo
            }
            rows.append(row)
        }
        try Self.checkServers(rows, state: state)
        // What a terminal would refuse is refused here, beside the operator, and before a version is used up.
        let table = CorrespondenceTable(version: 0, terminal: terminal, user: settings.user, rows: rows)
        do throws(CorrespondenceError) { _ = try CorrespondenceTable(decoding: table.encoded()) } catch {
            throw Complaint("the table would be refused: \(error)")
        }
        self.rows = rows
        self.logos = logos
    }

    private static func entries(
        directory: Directory, state: String, terminal: String, user: String
    ) throws -> [CatalogueEntry] {
        let catalogue = ApplicationCatalogue(directory: directory, state: state)
        let entries = try directory.rights(terminal: terminal, user: user).map {
            try catalogue.application($0.application)
        }
        guard !entries.isEmpty else {
            throw Complaint("user \(user) may run nothing on terminal \(terminal): vitrinectl right grant")
        }
        guard entries.count <= CorrespondenceLimits.rows else {
            throw Complaint(
                "user \(user) may run \(entries.count) applications on terminal \(terminal); a table has room for "
                    + "\(CorrespondenceLimits.rows)")
        }
        return entries.sorted { ($0.manifest.title, $0.manifest.id) < ($1.manifest.title, $1.manifest.id) }
    }

    private static func row(
        _ manifest: ApplicationManifest, servers: [ServerAddress], _ own: RowSettings
    ) -> CorrespondenceRow {
        CorrespondenceRow(
            application: manifest.id, title: manifest.title, servers: own.servers ?? servers,
            entryModes: manifest.entry, accent: manifest.accent,
            idleSeconds: own.idleSeconds ?? UInt64(manifest.limits.idleSeconds),
            totalSeconds: own.totalSeconds ?? UInt64(manifest.limits.totalSeconds),
            localFallback: own.localFallback ?? false,
            launchers: own.launchers ?? CorrespondenceRow.usualLaunchers, storedData: own.storedData ?? [])
    }

    /// A terminal would refuse the server under a name that its certificate does not have: say so now.
    private static func checkServers(_ rows: [CorrespondenceRow], state: String) throws {
        let bytes: [UInt8]
        do throws(Files.ReadError) {
            bytes = try Files.read(StateFolder.serverCertificate(state), limit: 65536)
        } catch {
            throw Complaint("cannot read the server's certificate: \(error.text)")
        }
        let certificate = try IssuedCertificate(pem: String(decoding: bytes, as: UTF8.self))
        for host in Set(rows.flatMap(\.servers).map(\.host)).sorted() where !certificate.names(host: host) {
            throw Complaint("the server's certificate does not name \(host): vitrinectl init --host \(host)")
        }
    }

    /// No larger than the hold screen shows one, and so that `count` of them fit the terminal's next table.
    private static func largestSide(of count: Int, on screen: PixelSize) -> Int {
        let shown = min(CorrespondenceLimits.logoSide, max(64, screen.height / 2))
        return min(shown, Int((Double(logoBytes) / Double(4 * max(count, 1))).squareRoot()))
    }

    /// The logo in the terminal's own form: no picture is decoded in the trusted environment.
    private static func logo(of entry: CatalogueEntry, largestSide side: Int) throws -> Picture? {
        guard let name = entry.manifest.logo else { return nil }
        let picture = try Artwork.picture(png: entry.folder + "/" + name)
        let longest = max(picture.size.width, picture.size.height)
        guard longest > side else { return picture }
        let size = PixelSize(
            width: max(1, picture.size.width * side / longest), height: max(1, picture.size.height * side / longest))
        return Artwork.scaled(picture, to: size)
    }
}
