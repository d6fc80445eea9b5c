internal import Pictures

/// The few signs that the trusted environment shows, as shapes of a size that is asked for.
enum Icon {
    case lock
    case openLock
    case check
    case cross
    case exclamation
    case ellipsis
    case stop
    case keypad
    case card
    /// A ring: the sign of OK keys, as the cross is that of Cancel and the bracket that of Clear (EN 1332-3).
    case ring
    case bracket
    case left
    case right

    /// Draws into the square of `side` pixels at (x, y).
    func draw(into picture: inout Picture, x: Int, y: Int, side: Int, colour: Colour) {
        let area = Rectangle(x: x, y: y, width: side, height: side)
        let centre = (x: Float(x) + Float(side) / 2, y: Float(y) + Float(side) / 2)
        // All measures below are in hundredths of the side, from the centre.
        let scale = Float(side) / 100
        picture.paint(colour, in: area, centre: centre) { x, y in
            distance(x / scale, y / scale, pixel: 1 / scale) * scale
        }
    }

    /// `pixel` is one pixel in the icon's measure: thin strokes never get thinner than that.
    private func distance(_ x: Float, _ y: Float, pixel: Float) -> Float {
        switch self {
        case .lock: min(lockBody(x, y, pixel: pixel), shackle(x, y, pixel: pixel))
        case .openLock: min(lockBody(x + 12, y, pixel: pixel), shackle(x - 26, y, pixel: pixel))
        case .check:
            min(
                Distance.line(x, y, from: (-30, 4), to: (-9, 25), width: 13),
                Distance.line(x, y, from: (-9, 25), to: (32, -20), width: 13))
        case .cross:
            min(
                Distance.line(x, y, from: (-24, -24), to: (24, 24), width: 13),
                Distance.line(x, y, from: (-24, 24), to: (24, -24), width: 13))
        case .exclamation:
            min(
                Distance.line(x, y, from: (0, -32), to: (0, 8), width: 13),
                Distance.circle(x, y - 31, radius: 8))
        case .ellipsis:
            min(
                Distance.circle(x, y, radius: 8),
                Distance.circle(abs(x) - 27, y, radius: 8))
        case .stop: Distance.line(x, y, from: (-26, 0), to: (26, 0), width: 13)
        case .card:
            // An outline with the stripe in it.
            min(
                Distance.outline(Distance.box(x, y, 42, 29, radius: 8), width: max(9, pixel)),
                Distance.box(x, y - 9, 42, max(5, pixel * 0.6), radius: 0))
        case .ring: Distance.outline(Distance.circle(x, y, radius: 28), width: max(13, pixel * 1.5))
        case .bracket: chevron(x, y, width: max(13, pixel * 1.5))
        case .left:
            min(
                chevron(x + 14, y, width: max(11, pixel * 1.5)),
                Distance.line(x, y, from: (-30, 0), to: (32, 0), width: max(11, pixel * 1.5)))
        case .right: Icon.left.distance(-x, y, pixel: pixel)
        case .keypad:
            Distance.circle(
                x - 32 * (x / 32).rounded().clamped(to: -1...1), y - 32 * (y / 32).rounded().clamped(to: -1...1),
                radius: max(9, pixel * 0.75))
        }
    }

    /// Points to the left.
    private func chevron(_ x: Float, _ y: Float, width: Float) -> Float {
        Distance.line(x, abs(y), from: (-16, 0), to: (12, 28), width: width)
    }

    private func lockBody(_ x: Float, _ y: Float, pixel: Float) -> Float {
        let keyhole = Distance.circle(x, y - 18, radius: max(8, pixel * 0.6))
        return max(Distance.box(x, y - 18, 36, 28, radius: 9), -keyhole)
    }

    /// The bow above the body; shifted aside, the lock is open.
    private func shackle(_ x: Float, _ y: Float, pixel: Float) -> Float {
        max(Distance.outline(Distance.box(x, y + 14, 20, 30, radius: 20), width: max(11, pixel * 1.5)), y + 4)
    }
}

extension Float {
    fileprivate func clamped(to range: ClosedRange<Float>) -> Float {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
