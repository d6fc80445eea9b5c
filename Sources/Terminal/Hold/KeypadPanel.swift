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
    public func draw(into picture: inout Picture) {
        picture.fill(layout.area, with: Theme.ground)
        for place in layout.places { draw(place, into: &picture) }
    }

    private func isLit(_ key: Key) -> Bool { layout.purpose == .pin ? touched != nil : touched == key }

    private func draw(_ place: KeypadLayout.Place, into picture: inout Picture) {
        let isLit = isLit(place.key)
        let side = min(place.area.width, place.area.height)
        let (fill, ink) = colours(of: place.key, isLit: isLit)
        let edge = isLit ? Theme.text : fill == Theme.card ? Theme.quiet : fill
        picture.paintCard(
            place.area, radius: side / 6, fill: fill, edge: edge, width: max(side / (isLit ? 16 : 40), isLit ? 3 : 1))
        if let icon = icon(of: place.key) {
            let size = side * 3 / 5
            icon.draw(
                into: &picture, x: place.area.x + (place.area.width - size) / 2,
                y: place.area.y + (place.area.height - size) / 2, side: size, colour: ink)
        } else if case .digit(let digit) = place.key {
            let style: Typesetter.Style = type.lineHeight(.title) * 9 <= side * 10 ? .title : .body
            type.draw(
                "\(digit)", style, in: &picture, x: place.area.x,
                y: place.area.y + (place.area.height - type.lineHeight(style)) / 2, width: place.area.width,
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
