public import Correspondence
public import Pictures

/// The applications of the table as cards with the number key that launches each. Made when the table is loaded.
public struct HomeScreen: Screen, Equatable, Sendable {
    /// Number keys 1…9. Where so many titles do not fit a page, there are fewer on it.
    public static let mostCards = 9

    /// Which page is shown, from 0; cut to the pages that exist.
    public var page: Int {
        didSet { page = min(max(page, 0), pageCount - 1) }
    }
    private let cardsOnPage: Int
    private let terminal: String
    private let cards: [HomeCard]
    private let type: Typesetter

    /// `logos` by application; `size` is that of the picture that the screen will be drawn into.
    public init(table: CorrespondenceTable, logos: [String: Picture], size: PixelSize, type: Typesetter) {
        page = 0
        terminal = table.terminal
        self.type = type
        let grid = Grid(size)
        let total = table.rows.count
        let field = Self.field(of: size, grid, type)
        let plan = CardPlan.best(
            titles: table.rows.map(\.title),
            size: { Self.areas(count: $0, in: field, grid).first?.size ?? field.size },
            most: max(1, min(total, Self.mostCards)), grid: grid, type)
        cardsOnPage = plan.count
        cards = table.rows.enumerated().map { index, row in
            HomeCard(
                number: index % plan.count + 1, application: row.application, title: row.title,
                logo: logos[row.application], accent: row.accent, plan: plan, type: type)
        }
    }

    public var pageCount: Int { max(1, (cards.count + cardsOnPage - 1) / cardsOnPage) }

    /// What a number key launches on the page that is shown.
    public func application(forDigit digit: UInt8) -> String? {
        shown.first { $0.number == Int(digit) }?.application
    }

    private var shown: ArraySlice<HomeCard> {
        let first = page * cardsOnPage
        return cards[min(first, cards.count)..<min(first + cardsOnPage, cards.count)]
    }

    public func draw(into picture: inout Picture) {
        let grid = Grid(picture.size)
        picture.fill(picture.size.bounds, with: Theme.ground)
        let field = Self.field(of: picture.size, grid, type)
        drawHeader(into: &picture, grid, field)
        let shown = shown
        if shown.isEmpty {
            let none = type.setting(
                "No applications on this terminal yet", width: field.width, [(.body, 1), (.body, 2), (.small, 2)])
            type.draw(
                none, in: &picture, x: field.x, y: field.y + (field.height - type.height(of: none)) / 2,
                width: field.width, alignment: .centre, colour: Theme.quiet)
        }
        // The last page's cards have the size and the places of a full page's.
        let count = pageCount == 1 ? shown.count : cardsOnPage
        for (card, area) in zip(shown, Self.areas(count: count, in: field, grid)) {
            card.draw(into: &picture, area: area, grid: grid, type: type)
        }
        drawFooter(into: &picture, grid, field)
    }

    private func drawHeader(into picture: inout Picture, _ grid: Grid, _ field: Rectangle) {
        let top = Self.top(grid)
        let style = Self.brandStyle(picture.size, type)
        let brand = type.draw(
            "Vitrine", style, in: &picture, x: field.x, y: top, width: field.width, colour: Theme.text)
        // Both lines stand on one baseline.
        let baseline = type.sheet(style).ascent - type.body.ascent
        let words =
            pageCount == 1
            ? ["Choose an application", "Choose"] : ["Page \(page + 1) of \(pageCount)", "\(page + 1)/\(pageCount)"]
        let room = field.maxX - brand.maxX - grid.gap
        guard let line = type.first(of: words, .body, width: room) else { return }
        type.draw(
            line, .body, in: &picture, x: brand.maxX + grid.gap, y: top + baseline, width: room, alignment: .trailing,
            colour: Theme.quiet)
    }

    private func drawFooter(into picture: inout Picture, _ grid: Grid, _ field: Rectangle) {
        let y = picture.size.height - grid.gap - type.lineHeight(.small)
        let hints =
            pageCount == 1
            ? ["Press a number to start", "Press a number"]
            : [
                "Press a number to start, arrows to turn the page", "Number starts, arrows turn the page",
                "Number: start, arrows: page", "Arrows: page",
            ]
        // The strip says the terminal's name as well: the hint goes first.
        let nameWidth = type.width(of: terminal, .small)
        let beside = field.width - nameWidth - 2 * grid.gap
        let hint = type.first(of: hints, .small, width: beside) ?? type.first(of: hints, .small, width: field.width)
        guard let hint else { return }
        type.draw(hint, .small, in: &picture, x: field.x, y: y, width: field.width, colour: Theme.quiet)
        guard type.width(of: hint, .small) <= beside else { return }
        type.draw(
            terminal, .small, in: &picture, x: field.maxX - nameWidth, y: y, width: nameWidth, colour: Theme.quiet)
    }

    /// A low screen with large type has better uses for its rows than a large name.
    private static func brandStyle(_ size: PixelSize, _ type: Typesetter) -> Typesetter.Style {
        size.height >= 7 * type.lineHeight(.title) ? .title : .body
    }

    private static func top(_ grid: Grid) -> Int { grid.unit * 2 }

    /// Where the cards go: what header and footer leave.
    private static func field(of size: PixelSize, _ grid: Grid, _ type: Typesetter) -> Rectangle {
        let top = top(grid) + type.lineHeight(brandStyle(size, type)) + grid.gap
        let bottom = size.height - grid.gap - type.lineHeight(.small) - grid.gap
        return Rectangle(x: grid.margin, y: top, width: size.width - 2 * grid.margin, height: max(bottom - top, 0))
    }

    /// One to three cards stand in a row, four in two rows, more in rows of three.
    private static func areas(count: Int, in field: Rectangle, _ grid: Grid) -> [Rectangle] {
        guard count > 0 else { return [] }
        let columns = count == 4 ? 2 : min(count, 3)
        let rows = (count + columns - 1) / columns
        // A lone card would be a billboard: it is as wide as half the field.
        let usable = count == 1 ? field.width / 2 : field.width
        let left = field.x + (field.width - usable) / 2
        // Columns differ by a pixel where the width cannot be shared out evenly, and end where the field ends.
        func edge(_ column: Int) -> Int { column * (usable + grid.gap) / columns }
        let height = (field.height - (rows - 1) * grid.gap) / rows
        return (0..<count).map { index in
            Rectangle(
                x: left + edge(index % columns), y: field.y + index / columns * (height + grid.gap),
                width: edge(index % columns + 1) - edge(index % columns) - grid.gap, height: height)
        }
    }
}
