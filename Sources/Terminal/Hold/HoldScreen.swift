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
            logo: logo, title: title, accent: accent, side: Self.side(title: title, size: size, type), type: type)
    }

    /// Of the logo: what the lines below it leave, the hint at the bottom among them.
    private static func side(title: String, size: PixelSize, _ type: Typesetter) -> Int {
        let grid = Grid(size)
        let below = heightBelowTile(grid, type, type.height(of: titleSetting(title, grid, size, type)))
        let hint = grid.gap + type.lineHeight(.small) + grid.unit
        return max(min(min(size.width, size.height) * 9 / 25, size.height - below - hint - grid.unit), 8 * grid.unit)
    }

    private static func titleSetting(_ title: String, _ grid: Grid, _ size: PixelSize, _ type: Typesetter) -> Setting {
        let room = size.width - 2 * grid.margin
        return type.setting(title, width: room, [(.title, 1), (.title, 2), (.body, 2), (.body, 3)])
    }

    private static func heightBelowTile(_ grid: Grid, _ type: Typesetter, _ title: Int) -> Int {
        2 * grid.unit + title + grid.unit / 2 + type.lineHeight(.body) + 2 * grid.unit + dotSize(grid)
    }

    private static func dotSize(_ grid: Grid) -> Int { grid.unit + 2 }

    public func draw(into picture: inout Picture) {
        let grid = Grid(picture.size)
        let (width, height) = (picture.size.width, picture.size.height)
        picture.fill(picture.size.bounds, with: Theme.ground)

        let side = tile.picture.size.width
        let dots = Self.dotSize(grid)
        let name = Self.titleSetting(title, grid, picture.size, type)
        let stack = side + Self.heightBelowTile(grid, type, type.height(of: name))
        let footer = height - grid.gap - type.lineHeight(.small)
        // What room there is goes between the parts, so that a tall screen does not look crowded.
        let spare = footer - stack - 2 * grid.unit
        let gap = min(max(spare / 4, 0), grid.unit)
        var y = max((height - stack - 2 * gap) / 2 - grid.unit, grid.unit)
        if y + stack + 2 * gap > footer - grid.unit { y = max(footer - grid.unit - stack - 2 * gap, grid.unit) }
        picture.lay(tile.picture, x: (width - side) / 2, y: y)
        y += side + 2 * grid.unit + gap
        let room = width - 2 * grid.margin
        type.draw(name, in: &picture, x: grid.margin, y: y, width: room, alignment: .centre, colour: Theme.text)
        y += type.height(of: name) + grid.unit / 2
        drawStatus(into: &picture, y: y, margin: grid.margin, room: room)
        y += type.lineHeight(.body) + 2 * grid.unit + gap
        drawDots(into: &picture, y: y, size: dots)

        let hint = "Press Cancel to go back"
        if footer > y + dots + grid.unit / 2 {
            type.draw(
                hint, .small, in: &picture, x: grid.margin, y: footer, width: room, alignment: .centre,
                colour: Theme.quiet)
        }
    }

    private func drawStatus(into picture: inout Picture, y: Int, margin: Int, room: Int) {
        let side = type.lineHeight(.body)
        let isTrouble = tone == .trouble
        let line = type.setting(status, width: room - (isTrouble ? side : 0), [(.body, 1), (.small, 1)])
        let inset = (side - type.lineHeight(line.style)) / 2
        guard isTrouble, let text = line.lines.first else {
            type.draw(
                line, in: &picture, x: margin, y: y + inset, width: room, alignment: .centre, colour: Theme.quiet)
            return
        }
        let x = (picture.size.width - type.width(of: text, line.style) - side) / 2
        Icon.exclamation.draw(into: &picture, x: x - side / 4, y: y, side: side, colour: Theme.caution)
        type.draw(line, in: &picture, x: x + side * 3 / 4, y: y + inset, width: room, colour: Theme.caution)
    }

    /// The lit one is larger as well as of another colour.
    private func drawDots(into picture: inout Picture, y: Int, size: Int) {
        let lit = accent.lightened(on: Theme.ground, contrast: Theme.contrast)
        let pitch = size * 2 + size / 2
        for place in 0..<3 {
            let centre = (
                x: Float(picture.size.width) / 2 + Float((place - 1) * pitch), y: Float(y) + Float(size) / 2
            )
            let area = Rectangle(x: Int(centre.x) - size, y: y - 1, width: 2 * size, height: size + 2)
            let isLit = tone == .calm && place == ((step % 3) + 3) % 3
            let radius = isLit ? Float(size) / 2 : Float(size) / 5
            picture.paint(isLit ? lit : Theme.quiet, in: area, centre: centre) {
                Distance.circle($0, $1, radius: radius)
            }
        }
    }
}
