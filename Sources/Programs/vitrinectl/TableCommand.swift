internal import Admission
internal import ArgumentParser
internal import Catalogue
internal import Correspondence
internal import Database
internal import Drawing
internal import FoundationEssentials
internal import LinuxBase
internal import Pictures
internal import Wire

struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Correspondence tables for terminals.", subcommands: [Export.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes what a terminal's sealed store needs, for vitrine-provision install.",
            discussion: """
                The bundle holds the terminal's certificate, the authority's, a new correspondence table with a row for each \
                application that the user may run on the terminal, the applications' logos, and the fonts of the trusted \
                environment. It holds no key.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String
        @Option(help: "The user's name.")
        var user: String
        @Option(help: "Where the terminal finds the server: HOST:PORT.")
        var server: ServerArgument
        @Option(help: "Where to write the bundle.")
        var out: String
        @Option(help: "The terminal's screen, in pixels (default: 800x480).")
        var screen: ScreenArgument?
        @Option(help: "Font family of the trusted environment.")
        var font = "Inter"

        func run() throws {
            let directory = try state.open()
            let now = Date()
            guard let record = try directory.terminal(named: terminal) else {
                throw DatabaseError.unknown(.terminal, name: terminal)
            }
            guard record.condition(now: now) == "enrolled" else {
                throw Complaint("terminal \(terminal) is \(record.condition(now: now))")
            }
            guard let authority = try directory.authority() else { throw AdmissionError.noAuthority }
            try checkServerName()

            let catalogue = ApplicationCatalogue(directory: directory, state: state.path)
            var entries: [CatalogueEntry] = []
            for right in try directory.rights(terminal: terminal, user: user) {
                entries.append(try catalogue.application(right.application))
            }
            guard !entries.isEmpty else {
                throw Complaint("user \(user) may run nothing on terminal \(terminal): vitrinectl right grant")
            }
            entries.sort { ($0.manifest.title, $0.manifest.id) < ($1.manifest.title, $1.manifest.id) }

            var records: [String: [UInt8]] = [
                "certificate": Array(record.certificate.utf8), "roots": Array(authority.utf8),
            ]
            for entry in entries {
                if let logo = try logo(of: entry) { records["logo/\(entry.manifest.id)"] = logo.encodedLogo() }
            }
            for (name, sheet) in try glyphSheets() { records["glyphs/\(name)"] = sheet.encoded() }
            // Last, so that a failure above uses no version up.
            let version = try directory.nextTableVersion(terminal: terminal)
            let table = CorrespondenceTable(
                version: version, terminal: terminal, user: user, rows: entries.map { row(for: $0.manifest) })
            records["table"] = table.encoded()

            let pairs = records.map { (CBOR.text($0.key), CBOR.bytes($0.value)) }
            let bundle = CBOR.map(Dictionary(uniqueKeysWithValues: pairs)).encoded()
            try Files.replace(out, with: bundle, mode: 0o644)
            try directory.note("exported", terminal: terminal, detail: "table \(version) for user \(user)", now: now)
            let names = entries.map(\.manifest.id).joined(separator: ", ")
            print("table \(version) for terminal \(terminal), user \(user): \(names); \(bundle.count) bytes")
        }

        private var screenSize: PixelSize { screen?.size ?? PixelSize(width: 800, height: 480) }

        private func row(for manifest: ApplicationManifest) -> CorrespondenceRow {
            CorrespondenceRow(
                application: manifest.id, title: manifest.title, server: server.address, entryModes: manifest.entry,
                accent: manifest.accent, idleSeconds: UInt64(manifest.limits.idleSeconds),
                totalSeconds: UInt64(manifest.limits.totalSeconds))
        }

        /// A terminal would refuse the server under a name that its certificate does not have: say so now.
        private func checkServerName() throws {
            let path = StateFolder.serverCertificate(state.path)
            let bytes: [UInt8]
            do throws(Files.ReadError) { bytes = try Files.read(path, limit: 65536) } catch {
                throw Complaint("cannot read the server's certificate: \(error.text)")
            }
            let certificate = try IssuedCertificate(pem: String(decoding: bytes, as: UTF8.self))
            guard certificate.names(host: server.address.host) else {
                throw Complaint(
                    "the server's certificate does not name \(server.address.host): vitrinectl init --host \(server.address.host)"
                )
            }
        }

        /// The logo, no larger than the hold screen shows it.
        private func logo(of entry: CatalogueEntry) throws -> Picture? {
            guard let name = entry.manifest.logo else { return nil }
            let picture = try Artwork.picture(png: entry.folder + "/" + name)
            let side = min(CorrespondenceLimits.logoSide, max(64, screenSize.height / 2))
            let longest = max(picture.size.width, picture.size.height)
            guard longest > side else { return picture }
            let size = PixelSize(
                width: max(1, picture.size.width * side / longest), height: max(1, picture.size.height * side / longest)
            )
            return Artwork.scaled(picture, to: size)
        }

        private func glyphSheets() throws -> [String: GlyphSheet] {
            let sizes = GlyphSizes(for: screenSize)
            var notes: Swift.Set<String> = []
            var sheets: [String: GlyphSheet] = [:]
            for (name, size, weight) in [
                ("small", sizes.small, 500), ("body", sizes.body, 400), ("title", sizes.title, 600),
            ] {
                sheets[name] = try Artwork.glyphSheet(
                    family: font, pixelSize: size, weight: weight, scalars: GlyphSizes.scalars,
                    note: { notes.insert($0) })
            }
            for note in notes { print(note) }
            return sheets
        }
    }
}
