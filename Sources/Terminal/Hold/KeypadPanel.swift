public import Pictures
public import Wire

/// The keypad as it is drawn, with a finger on it or without.
///
/// In PIN entry all keys light up alike while any of them is touched: whoever looks over a shoulder, or photographs the
/// screen, sees that a key was taken and not which.
public struct KeypadPanel: Equatable, Sendable {
    /// Light red, for a dark sign on it; clear and OK have the theme's yellow and green.
    package static let cancel = Colour(argb: 0xFFFF_8078)

    public let layout: KeypadLayout
    /// The key that a finger is on.
    public var touched: Key?
    private let type: Typesetter

    public init(layout: KeypadLayout, type: Typesetter) {
        self.layout = layout
        self.type = type
        touched = nil
    }

    /// Paints over the layout's area and nothing else. `picture` is the one that the layout's coordinates are of.
    public func draw(into picture: inout Picture) { draw(into: &picture, x: 0, y: 0) }

    /// The layout's area, and nothing around it.
    public func picture() -> Picture {
        var picture = Picture(size: layout.area.size)
        draw(into: &picture, x: -layout.area.x, y: -layout.area.y)
        return picture
    }

    private func draw(into picture: inout Picture, x: Int, y: Int) {
        picture.fill(layout.area.offset(x: x, y: y), with: Theme.ground)
        for place in layout.places { draw(place.key, in: place.area.offset(x: x, y: y), into: &picture) }
    }

    private func isLit(_ key: Key) -> Bool { layout.purpose == .pin ? touched != nil : touched == key }

    private func draw(_ key: Key, in area: Rectangle, into picture: inout Picture) {
        let isLit = isLit(key)
        let side = min(area.width, area.height)
        let (fill, ink) = colours(of: key, isLit: isLit)
        let edge = isLit ? Theme.text : fill == Theme.card ? Theme.quiet : fill
        picture.paintCard(
            area, radius: side / 6, fill: fill, edge: edge, width: max(side / (isLit ? 16 : 40), isLit ? 3 : 1))
        if let icon = icon(of: key) {
            let size = side * 3 / 5
            icon.draw(
                into: &picture, x: area.x + (area.width - size) / 2,
                y: area.y + (area.height - size) / 2, side: size, colour: ink)
        } else if case .digit(let digit) = key {
            let style: Typesetter.Style = type.lineHeight(.title) * 9 <= side * 10 ? .title : .body
            type.draw(
                "\(digit)", style, in: &picture, x: area.x,
                y: area.y + (area.height - type.lineHeight(style)) / 2, width: area.width,
                alignment: .centre, colour: ink)
        }
    }

    private func colours(of key: Key, isLit: Bool) -> (fill: Colour, ink: Colour) {
        switch key {
        case .cancel: (Self.cancel, Theme.ground)
        case .clear: (Theme.caution, Theme.ground)
        case .ok: (Theme.good, Theme.ground)
        default: (isLit ? Theme.cardEdge : Theme.card, Theme.text)
        }
    }

    private func icon(of key: Key) -> Icon? {
        switch key {
        case .cancel: .cross
        case .clear: .bracket
        case .ok: .ring
        case .left: .left
        case .right: .right
        default: nil
        }
    }
}
