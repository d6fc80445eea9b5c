public import Pictures

/// What is on the screen from the launch to the application's first picture. Made when the table is loaded, one for each
/// row: making it scales the logo, drawing it does not.
public struct HoldScreen: Screen, Equatable, Sendable {
    public enum Tone: Equatable, Sendable {
        case calm
        /// Something is not as it should be, and the terminal deals with it.
        case trouble
    }

    /// One line, such as "Connecting…".
    public var status: String
    public var tone: Tone
    /// Which of the three dots is lit, counted on by whoever wants the screen to live; any number.
    public var step: Int
    private let title: String
    private let accent: Colour
    private let tile: LogoTile
    private let type: Typesetter

    /// `size` is the picture that the screen will be drawn into; another size works, with the logo made for this one.
    public init(title: String, logo: Picture?, accent: Colour, size: PixelSize, type: Typesetter) {
        status = "Connecting…"
        tone = .calm
        step = 0
        self.title = title
        self.accent = accent
        self.type = type
        tile = LogoTile(
            logo: logo, title: title, accent: accent, side: min(size.width, size.height) * 9 / 25, type: type)
    }

    public func draw(into picture: inout Picture) {
        let grid = Grid(picture.size)
        let (width, height) = (picture.size.width, picture.size.height)
        picture.fill(picture.size.bounds, with: Theme.ground)

        let side = tile.picture.size.width
        let dots = grid.unit + 2
        let stack =
            side + 3 * grid.unit + type.lineHeight(.title) + grid.unit / 2 + type.lineHeight(.body) + 3 * grid.unit
            + dots
        // The footer takes no part, so the middle is a little higher than the picture's.
        var y = max((height - stack) / 2 - grid.unit, grid.unit)
        picture.lay(tile.picture, x: (width - side) / 2, y: y)
        y += side + 3 * grid.unit
        let room = width - 2 * grid.margin
        type.draw(
            title, .title, in: &picture, x: grid.margin, y: y, width: room, alignment: .centre, colour: Theme.text)
        y += type.lineHeight(.title) + grid.unit / 2
        drawStatus(into: &picture, y: y, margin: grid.margin, room: room)
        y += type.lineHeight(.body) + 3 * grid.unit
        drawDots(into: &picture, y: y, size: dots)

        let hint = "Press Cancel to go back"
        let footer = height - grid.gap - type.lineHeight(.small)
        if footer > y + dots + grid.unit / 2 {
            type.draw(
                hint, .small, in: &picture, x: grid.margin, y: footer, width: room, alignment: .centre,
                colour: Theme.quiet)
        }
    }

    private func drawStatus(into picture: inout Picture, y: Int, margin: Int, room: Int) {
        guard tone == .trouble else {
            type.draw(
                status, .body, in: &picture, x: margin, y: y, width: room, alignment: .centre, colour: Theme.quiet)
            return
        }
        let side = type.lineHeight(.body)
        let text = type.fitted(status, .body, width: room - side)
        let x = (picture.size.width - type.width(of: text, .body) - side) / 2
        Icon.exclamation.draw(into: &picture, x: x - side / 4, y: y, side: side, colour: Theme.caution)
        type.draw(text, .body, in: &picture, x: x + side * 3 / 4, y: y, width: room, colour: Theme.caution)
    }

    private func drawDots(into picture: inout Picture, y: Int, size: Int) {
        let lit = accent.lightened(on: Theme.ground, contrast: 4.5)
        let pitch = size * 2 + size / 2
        let radius = Float(size) / 2
        for place in 0..<3 {
            let centre = (x: Float(picture.size.width) / 2 + Float((place - 1) * pitch), y: Float(y) + radius)
            let area = Rectangle(x: Int(centre.x) - size, y: y - 1, width: 2 * size, height: size + 2)
            let isLit = tone == .calm && place == ((step % 3) + 3) % 3
            picture.paint(isLit ? lit : Theme.faint, in: area, centre: centre) {
                Distance.circle($0, $1, radius: radius)
            }
        }
    }
}
