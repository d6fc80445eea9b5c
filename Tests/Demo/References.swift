import Correspondence
import Drawing
import Evidence
import Hold
import Kit
import LinuxBase
import Measurements
import Pictures
import Rig
import WalletScreens
import Wire

/// What the screen ought to show, made from the same records and by the same drawing code, but on this side of the
/// channel: whatever launch, capture, coding and display do to a picture shows as a difference.
struct References {
    let layout: ScreenLayout
    private let table: CorrespondenceTable
    private let logos: [String: Picture]
    private let type: Typesetter
    private let request: ApplicationRequest

    init(rig: Rig, invoice: Invoice) throws {
        layout = ScreenLayout(size: rig.options.size)
        let bundle = try CBOR(decoding: try Files.read("\(rig.folder)/bundle.cbor", limit: 64 << 20))
        func record(_ name: String) throws -> [UInt8] {
            guard case .map(let records) = bundle, let bytes = records[.text(name)]?.bytes else {
                throw RigError.wrong("the bundle has no record \(name)")
            }
            return bytes
        }
        let signed = try SignedEnvelope(decoding: try record("table"), limit: CorrespondenceLimits.tableBytes)
        table = try CorrespondenceTable(decoding: signed.payload)
        var logos: [String: Picture] = [:]
        for row in table.rows {
            guard let name = row.logoRecord else { continue }
            logos[row.application] = try Picture(decodingLogo: try record(name))
        }
        self.logos = logos
        type = Typesetter(
            small: try GlyphSheet(decoding: try record("glyphs/small")),
            body: try GlyphSheet(decoding: try record("glyphs/body")),
            title: try GlyphSheet(decoding: try record("glyphs/title")))
        // The account's code is not needed to draw: any well-formed one will do.
        request = ApplicationRequest(
            application: "wallet", user: Rig.userName, terminal: Rig.terminalName, size: layout.stream.size,
            invoice: invoice,
            data: [
                "code_salt": String(repeating: "00", count: 16), "code_hash": String(repeating: "00", count: 32),
            ], account: AccountView(masked: "411111…1111", label: "", expiry: CardDate(year: 29, month: 12)))
    }

    func home() -> Picture {
        HomeScreen(table: table, logos: logos, size: layout.stream.size, type: type).picture(size: layout.stream.size)
    }

    func hold(_ application: String, status: String) throws -> Picture {
        guard let row = table.row(for: application) else { throw RigError.wrong("no row for \(application)") }
        var hold = HoldScreen(
            title: row.title, logo: logos[application], accent: row.accent, size: layout.stream.size, type: type)
        hold.status = status
        return hold.picture(size: layout.stream.size)
    }

    /// The wallet with so many digits typed.
    func entry(stars: Int) throws -> (picture: Picture, cells: Rectangle) {
        var turn = Turn(now: Clock.now())
        var payment = Payment(request: request, random: 0, turn: &turn)
        for _ in 0..<stars { payment.handle(.digit(0), turn: &turn) }
        var canvas = try Canvas(size: layout.stream.size)
        payment.draw(into: &canvas, damage: layout.stream.size.bounds)
        let cells = payment.layout.cells.reduce(Rectangle.empty) { $0.union($1) }
        return (canvas.picture(), cells)
    }
}
