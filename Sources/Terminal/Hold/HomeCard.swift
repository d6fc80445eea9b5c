internal import Pictures

/// One application on the home screen.
struct HomeCard: Equatable, Sendable {
    let number: Int
    let application: String
    private let title: Setting
    private let tile: LogoTile
    private let plan: CardPlan

    init(
        number: Int, application: String, title: String, logo: Picture?, accent: Colour, plan: CardPlan,
        type: Typesetter
    ) {
        self.number = number
        self.application = application
        self.plan = plan
        self.title = plan.setting(title, type)
        tile = LogoTile(logo: logo, title: title, accent: accent, side: plan.side, type: type)
    }

    func draw(into picture: inout Picture, area: Rectangle, grid: Grid, type: Typesetter) {
        picture.paintCard(area, radius: grid.radius, fill: Theme.card, edge: Theme.cardEdge)
        let side = tile.picture.size.width
        let cap = plan.cap
        if plan.isTall {
            var y = area.y + (area.height - side - plan.gap - type.height(of: title)) / 2
            picture.lay(tile.picture, x: area.x + (area.width - side) / 2, y: y)
            y += side + plan.gap
            type.draw(
                title, in: &picture, x: area.x + 2 * grid.unit, y: y, width: plan.room, alignment: .centre,
                colour: Theme.text)
            drawCap(into: &picture, x: area.x + plan.inset, y: area.y + plan.inset, side: cap, style: .body, grid, type)
        } else {
            let x = area.x + plan.inset
            picture.lay(tile.picture, x: x, y: area.y + (area.height - side) / 2)
            drawCap(
                into: &picture, x: area.maxX - cap - plan.inset, y: area.y + (area.height - cap) / 2, side: cap,
                style: .small, grid, type)
            type.draw(
                title, in: &picture, x: x + side + plan.gap, y: area.y + (area.height - type.height(of: title)) / 2,
                width: plan.room, colour: Theme.text)
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
