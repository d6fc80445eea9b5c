public import Correspondence
public import Pictures

/// The applications of the table as cards with the number key that launches each. Made when the table is loaded.
public struct HomeScreen: Screen, Equatable, Sendable {
    /// Number keys 1…9.
    public static let cardsOnPage = 9

    /// Which page is shown, from 0; cut to the pages that exist.
    public var page: Int {
        didSet { page = min(max(page, 0), pageCount - 1) }
    }
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
        cards = table.rows.enumerated().map { index, row in
            let first = index / Self.cardsOnPage * Self.cardsOnPage
            let area = Self.areas(
                count: min(total - first, Self.cardsOnPage), in: Self.field(of: size, grid, type), grid)[index - first]
            return HomeCard(
                number: index - first + 1, application: row.application, title: row.title,
                logo: logos[row.application], accent: row.accent, size: area.size, grid: grid, type: type)
        }
    }

    public var pageCount: Int { max(1, (cards.count + Self.cardsOnPage - 1) / Self.cardsOnPage) }

    /// What a number key launches on the page that is shown.
    public func application(forDigit digit: UInt8) -> String? {
        shown.first { $0.number == Int(digit) }?.application
    }

    private var shown: ArraySlice<HomeCard> {
        let first = page * Self.cardsOnPage
        return cards[min(first, cards.count)..<min(first + Self.cardsOnPage, cards.count)]
    }

    public func draw(into picture: inout Picture) {
        let grid = Grid(picture.size)
        picture.fill(picture.size.bounds, with: Theme.ground)
        let field = Self.field(of: picture.size, grid, type)
        drawHeader(into: &picture, grid, field)
        let shown = shown
        if shown.isEmpty {
            type.draw(
                "No applications on this terminal yet", .body, in: &picture, x: field.x,
                y: field.y + (field.height - type.lineHeight(.body)) / 2, width: field.width, alignment: .centre,
                colour: Theme.quiet)
        }
        for (card, area) in zip(shown, Self.areas(count: shown.count, in: field, grid)) {
            card.draw(into: &picture, area: area, grid: grid, type: type)
        }
        drawFooter(into: &picture, grid, field)
    }

    private func drawHeader(into picture: inout Picture, _ grid: Grid, _ field: Rectangle) {
        let top = Self.top(grid)
        let brand = type.draw(
            "Vitrine", .title, in: &picture, x: field.x, y: top, width: field.width, colour: Theme.text)
        // Both lines stand on one baseline.
        let baseline = type.title.ascent - type.body.ascent
        let words = pageCount == 1 ? "Choose an application" : "Page \(page + 1) of \(pageCount)"
        type.draw(
            words, .body, in: &picture, x: brand.maxX + grid.gap, y: top + baseline,
            width: field.maxX - brand.maxX - grid.gap, alignment: .trailing, colour: Theme.quiet)
    }

    private func drawFooter(into picture: inout Picture, _ grid: Grid, _ field: Rectangle) {
        let y = picture.size.height - grid.gap - type.lineHeight(.small)
        let hint = pageCount == 1 ? "Press a number to start" : "Press a number to start, arrows to turn the page"
        let name = type.fitted(terminal, .small, width: field.width / 2)
        let nameWidth = type.width(of: name, .small)
        type.draw(
            hint, .small, in: &picture, x: field.x, y: y, width: field.width - nameWidth - grid.gap,
            colour: Theme.quiet)
        type.draw(
            name, .small, in: &picture, x: field.maxX - nameWidth, y: y, width: nameWidth, colour: Theme.quiet)
    }

    private static func top(_ grid: Grid) -> Int { grid.unit * 2 }

    /// Where the cards go: what header and footer leave.
    private static func field(of size: PixelSize, _ grid: Grid, _ type: Typesetter) -> Rectangle {
        let top = top(grid) + type.lineHeight(.title) + grid.gap
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
