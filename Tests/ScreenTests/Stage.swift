import Correspondence
import Drawing
import Hold
import LinuxBase
import Pictures
import Wire

/// What screens are drawn with in these tests: the sheets that enrolment would make, and made-up applications.
enum Stage {
    static func typesetter(for screen: PixelSize, _ type: TypeSize = .regular) throws -> Typesetter {
        let sizes = GlyphSizes(for: screen, type: type)
        func sheet(_ pixels: Int, _ weight: Int) throws -> GlyphSheet {
            let made = try Artwork.glyphSheet(
                family: "Inter", pixelSize: pixels, weight: weight, scalars: GlyphSizes.scalars)
            // As the terminal gets it: through the sealed record.
            return try GlyphSheet(decoding: made.encoded())
        }
        return Typesetter(
            small: try sheet(sizes.small, 500), body: try sheet(sizes.body, 500), title: try sheet(sizes.title, 600))
    }

    static let applications: [(id: String, title: String, accent: UInt32)] = [
        ("wallet", "Wallet", 0xFF0B_6E4F), ("records", "Health records", 0xFF1D_4ED8), ("clock", "Clock", 0xFF9A_3412),
        ("kiosk", "Visitor registration desk of the town hall", 0xFF6D_28D9), ("stock", "Stock", 0xFF0E_7490),
        ("loyalty", "Loyalty", 0xFFBE_185D), ("tips", "Tips", 0xFF4D_7C0F), ("menu", "Menu", 0xFFB4_5309),
        ("help", "Help", 0xFF33_4155), ("more", "More", 0xFF33_4155),
    ]

    static func table(_ count: Int) -> CorrespondenceTable {
        CorrespondenceTable(
            version: 3, terminal: "till-04", user: "merchant",
            rows: applications.prefix(count).map {
                CorrespondenceRow(
                    application: $0.id, title: $0.title, server: ServerAddress(host: "server.example", port: 8443),
                    entryModes: [.keys], accent: Colour(argb: $0.accent), idleSeconds: 120, totalSeconds: 600)
            })
    }

    /// Two of the nine have a logo: a white sign on nothing, and an icon that fills its picture.
    static func logos() throws -> [String: Picture] {
        var purse = try Canvas(size: PixelSize(width: 256, height: 256), fill: Colour(argb: 0))
        let white = Paint.solid(Colour(argb: 0xFFFF_FFFF))
        purse.stroke(
            .rounded(Rectangle(x: 22, y: 58, width: 212, height: 150), radius: 28), with: white, width: 20)
        purse.fill(.rounded(Rectangle(x: 150, y: 112, width: 92, height: 44), radius: 22), with: white)
        var heart = try Canvas(size: PixelSize(width: 512, height: 512), fill: Colour(argb: 0xFF1D_4ED8))
        heart.fill(.rounded(Rectangle(x: 216, y: 106, width: 80, height: 300), radius: 20), with: white)
        heart.fill(.rounded(Rectangle(x: 106, y: 216, width: 300, height: 80), radius: 20), with: white)
        return ["wallet": purse.picture(), "records": heart.picture()]
    }

    static let invoice = Invoice(
        merchant: "Café Lumière", account: "FR7630006000011234567890189", identifier: "2024-0117", amount: 2490,
        currency: "EUR")

    static let sizes = [(800, 480), (480, 272), (1280, 800), (1920, 1080)].map {
        PixelSize(width: $0.0, height: $0.1)
    }
}
