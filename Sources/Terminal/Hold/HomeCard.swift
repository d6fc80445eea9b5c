internal import Pictures

/// One application on the home screen.
struct HomeCard: Equatable, Sendable {
    let number: Int
    let application: String
    private let title: String
    private let tile: LogoTile
    /// Logo above the title where there is room, else beside it.
    private let isTall: Bool

    init(
        number: Int, application: String, title: String, logo: Picture?, accent: Colour, size: PixelSize, grid: Grid,
        type: Typesetter
    ) {
        self.number = number
        self.application = application
        self.title = title
        let tall = size.height - type.lineHeight(.body) - 6 * grid.unit
        isTall = tall >= 8 * grid.unit && size.width <= 3 * size.height
        let side = isTall ? min(tall, size.width / 2, 17 * grid.unit) : min(size.height * 5 / 8, 10 * grid.unit)
        tile = LogoTile(logo: logo, title: title, accent: accent, side: max(side, 16), type: type)
    }

    func draw(into picture: inout Picture, area: Rectangle, grid: Grid, type: Typesetter) {
        picture.paintCard(area, radius: grid.radius, fill: Theme.card, edge: Theme.cardEdge)
        let side = tile.picture.size.width
        let line = type.lineHeight(.body)
        if isTall {
            let gap = 2 * grid.unit
            let room = area.width - 4 * grid.unit
            let spare = area.height - side - gap - 4 * grid.unit
            let lines = type.wrapped(title, .body, width: room, lines: spare >= 2 * line ? 2 : 1)
            var y = area.y + (area.height - side - gap - lines.count * line) / 2
            picture.lay(tile.picture, x: area.x + (area.width - side) / 2, y: y)
            y += side + gap
            for text in lines {
                type.draw(
                    text, .body, in: &picture, x: area.x + 2 * grid.unit, y: y, width: room, alignment: .centre,
                    colour: Theme.text)
                y += line
            }
            drawCap(
                into: &picture, x: area.x + gap, y: area.y + gap, side: line * 5 / 4, style: .body, grid, type)
        } else {
            let inset = min((area.height - side) / 2, grid.gap)
            picture.lay(tile.picture, x: area.x + inset, y: area.y + (area.height - side) / 2)
            let cap = type.lineHeight(.small) * 5 / 4
            let capX = area.maxX - cap - inset
            drawCap(into: &picture, x: capX, y: area.y + (area.height - cap) / 2, side: cap, style: .small, grid, type)
            let x = area.x + inset + side + grid.unit * 3 / 2
            let lines = type.wrapped(title, .body, width: capX - grid.unit - x, lines: 2)
            var y = area.y + (area.height - lines.count * line) / 2
            for text in lines {
                type.draw(text, .body, in: &picture, x: x, y: y, width: capX - grid.unit - x, colour: Theme.text)
                y += line
            }
        }
    }

    /// The number key, as a key cap.
    private func drawCap(
        into picture: inout Picture, x: Int, y: Int, side: Int, style: Typesetter.Style, _ grid: Grid,
        _ type: Typesetter
    ) {
        let area = Rectangle(x: x, y: y, width: side, height: side)
        picture.paintCard(area, radius: grid.unit, fill: Theme.ground, edge: Theme.cardEdge)
        type.draw(
            "\(number)", style, in: &picture, x: x, y: y + (side - type.lineHeight(style)) / 2, width: side,
            alignment: .centre, colour: Theme.text)
    }
}
