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
    let letters: TypeSize
    let logos: [String: Picture]

    /// `letters` is the size of type; `sheets` what is drawn with, where not with the sheets of that size.
    init(size: PixelSize, _ letters: TypeSize = .regular, sheets: Typesetter? = nil, hasLogos: Bool = true) throws {
        self.size = size
        self.letters = letters
        layout = ScreenLayout(size: size, type: letters)
        type = try sheets ?? Stage.typesetter(for: size, letters)
        logos = hasLogos ? try Stage.logos() : [:]
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

    /// The keypad on the right, as beside an application's picture, or below; in both purposes, touched and not.
    var keypads: [(name: String, picture: Picture)] {
        let stream = layout.stream
        let half = Rectangle(
            x: stream.x + stream.width / 2, y: stream.y, width: stream.width / 2, height: stream.height)
        let inset = max(stream.height / 40, 4)
        let areas = [("half", half), ("full", stream)].map { name, area in
            (
                name,
                Rectangle(
                    x: area.x + inset, y: area.y + inset, width: area.width - 2 * inset,
                    height: area.height - 2 * inset)
            )
        }
        var result: [(name: String, picture: Picture)] = []
        for (name, area) in areas {
            for purpose in [KeypadLayout.Purpose.keys, .pin] {
                for arrangement in KeypadLayout.Arrangement.allCases {
                    guard
                        let layout = KeypadLayout(
                            area: area, purpose: purpose, order: Self.order(purpose), arrangement: arrangement)
                    else { continue }
                    for touched in [nil, Key.digit(5)] {
                        var panel = KeypadPanel(layout: layout, type: type)
                        panel.touched = touched
                        var picture = Picture(size: size, fill: Theme.ground)
                        picture.copy(
                            strip("Wallet", .secure, .keys).picture(size: self.layout.strip.size), x: 0, y: 0)
                        panel.draw(into: &picture)
                        let state = touched == nil ? "" : "-touched"
                        result.append(("keypad-\(name)-\(purpose)-\(arrangement)\(state)", picture))
                    }
                }
            }
        }
        return result
    }

    private static func order(_ purpose: KeypadLayout.Purpose) -> DigitOrder {
        guard purpose == .pin else { return .standard }
        return DigitOrder.scrambled { count in (0..<count).map { UInt8($0 * 37 & 0xFF) } }
    }

    /// Into the folder named by VITRINE_GALLERY, if there is one.
    func write(to folder: String) throws {
        let below = "\(folder)/\(size.width)x\(size.height)-\(letters)"
        try Files.makeFolder(below, mode: 0o755)
        for (name, picture) in pictures + keypads { try Files.replace("\(below)/\(name).png", with: try picture.png()) }
    }
}
