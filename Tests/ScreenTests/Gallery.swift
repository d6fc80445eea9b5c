import Correspondence
import Hold
import LinuxBase
import PNG
import Pictures
import Wire

/// Every screen at one size, by name: drawn by tests that look at pixels, and written for people who look at pictures.
struct Gallery {
    let size: PixelSize
    let layout: ScreenLayout
    let type: Typesetter
    let logos: [String: Picture]

    init(size: PixelSize) throws {
        self.size = size
        layout = ScreenLayout(size: size)
        type = try Stage.typesetter(for: size)
        logos = try Stage.logos()
    }

    func hold(_ application: Int = 0) -> HoldScreen {
        let row = Stage.table(10).rows[application]
        return HoldScreen(
            title: row.title, logo: logos[row.application], accent: row.accent, size: layout.stream.size, type: type)
    }

    func home(_ count: Int) -> HomeScreen {
        HomeScreen(table: Stage.table(count), logos: logos, size: layout.stream.size, type: type)
    }

    func outcome(_ outcome: Outcome) -> OutcomeScreen {
        OutcomeScreen(outcome: outcome, title: "Wallet", invoice: Stage.invoice, type: type)
    }

    func strip(_ title: String, _ connection: Strip.Connection, _ entry: Strip.Entry) -> Strip {
        Strip(title: title, connection: connection, entry: entry, type: type)
    }

    func whole(_ screen: some Screen, under strip: Strip) -> Picture {
        var picture = Picture(size: size)
        picture.copy(strip.picture(size: layout.strip.size), x: layout.strip.x, y: layout.strip.y)
        picture.copy(screen.picture(size: layout.stream.size), x: layout.stream.x, y: layout.stream.y)
        return picture
    }

    var pictures: [(name: String, picture: Picture)] {
        var away = hold()
        away.status = "Server away, trying again"
        away.tone = .trouble
        var last = home(10)
        last.page = 1
        let secure = strip("Wallet", .secure, .closed)
        var result = [1, 2, 3, 4, 5, 6, 9].map { count in
            (name: "home-\(count)", picture: whole(home(count), under: strip("Home", .secure, .home)))
        }
        result += [
            ("home-0", whole(home(0), under: strip("Home", .connecting, .home))),
            ("home-last", whole(last, under: strip("Home", .away, .home))),
            ("hold", whole(hold(), under: strip("Wallet", .connecting, .closed))),
            ("hold-icon", whole(hold(1), under: strip("Health records", .secure, .keys))),
            ("hold-letter", whole(hold(3), under: strip(Stage.applications[3].title, .stale, .keys))),
            ("hold-away", whole(away, under: strip("Wallet", .away, .closed))),
            ("approved", whole(outcome(.approved(reference: "7F3A-0042")), under: secure)),
            ("declined", whole(outcome(.declined(reason: "Not enough money on the account")), under: secure)),
            (
                "needs-more",
                whole(
                    outcome(
                        .needsMore(
                            request: "Payments above 50.00 EUR need the cardholder's telephone: please ask the "
                                + "cardholder to open the bank's application and to confirm this payment there")),
                    under: secure)
            ),
            ("ended", whole(outcome(.ended), under: secure)),
            ("cancelled", whole(outcome(.cancelled), under: secure)),
            ("failed", whole(outcome(.failed(reason: "The application stopped without an answer")), under: secure)),
        ]
        return result
    }

    /// Into the folder named by VITRINE_GALLERY, if there is one.
    func write(to folder: String) throws {
        let below = "\(folder)/\(size.width)x\(size.height)"
        try Files.makeFolder(below, mode: 0o755)
        for (name, picture) in pictures { try Files.replace("\(below)/\(name).png", with: try picture.png()) }
    }
}
