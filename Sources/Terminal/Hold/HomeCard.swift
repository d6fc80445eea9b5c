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
        let chip = type.lineHeight(.body)
        if isTall {
            let gap = 2 * grid.unit
            let top = area.y + (area.height - side - gap - type.lineHeight(.body)) / 2
            picture.lay(tile.picture, x: area.x + (area.width - side) / 2, y: top)
            type.draw(
                title, .body, in: &picture, x: area.x + grid.unit, y: top + side + gap,
                width: area.width - 2 * grid.unit, alignment: .centre, colour: Theme.text)
            drawChip(into: &picture, x: area.x + grid.gap - 2, y: area.y + grid.gap - 2, side: chip, grid, type)
        } else {
            let inset = (area.height - side) / 2
            picture.lay(tile.picture, x: area.x + inset, y: area.y + inset)
            let chipX = area.maxX - chip - min(inset, grid.gap)
            drawChip(into: &picture, x: chipX, y: area.y + (area.height - chip) / 2, side: chip, grid, type)
            let x = area.x + inset + side + grid.gap
            type.draw(
                title, .body, in: &picture, x: x, y: area.y + (area.height - type.lineHeight(.body)) / 2,
                width: chipX - grid.unit - x, colour: Theme.text)
        }
    }

    /// The number key, as a key cap.
    private func drawChip(into picture: inout Picture, x: Int, y: Int, side: Int, _ grid: Grid, _ type: Typesetter) {
        let area = Rectangle(x: x, y: y, width: side, height: side)
        picture.paintCard(area, radius: grid.unit * 3 / 4, fill: Theme.ground, edge: Theme.cardEdge)
        type.draw(
            "\(number)", .small, in: &picture, x: x, y: y + (side - type.lineHeight(.small)) / 2, width: side,
            alignment: .centre, colour: Theme.text)
    }
}
