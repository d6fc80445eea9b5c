internal import CPango
public import Pictures

/// A place in a picture; (0, 0) is the top left corner of the top left pixel.
public struct Point: Equatable, Hashable, Sendable {
    public var x: Double
    public var y: Double
    public init(x: Double, y: Double) {
        self.x = x
        self.y = y
    }
}

/// A path of lines, curves and arcs. Filled by the non-zero winding rule.
public struct Outline: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        case move(Point)
        case line(Point)
        case curve(Point, Point, Point)
        case arc(centre: Point, radius: Double, from: Double, to: Double)
        case close
    }
    var steps: [Step] = []

    public init() {}

    public mutating func move(to point: Point) { steps.append(.move(point)) }
    public mutating func line(to point: Point) { steps.append(.line(point)) }
    public mutating func curve(to end: Point, control1: Point, control2: Point) {
        steps.append(.curve(control1, control2, end))
    }
    /// Clockwise, angles in radians from the positive x axis; joined by a line to where the path was.
    public mutating func arc(centre: Point, radius: Double, from: Double, to: Double) {
        steps.append(.arc(centre: centre, radius: radius, from: from, to: to))
    }
    public mutating func close() { steps.append(.close) }

    /// A line through `points`, open.
    public static func polyline(_ points: [Point]) -> Outline {
        var result = Outline()
        for (index, point) in points.enumerated() { index == 0 ? result.move(to: point) : result.line(to: point) }
        return result
    }

    public static func circle(centre: Point, radius: Double) -> Outline {
        var result = Outline()
        result.arc(centre: centre, radius: radius, from: 0, to: 2 * .pi)
        result.close()
        return result
    }

    /// A rectangle with round corners, drawn `inset` pixels inside `rectangle` (half a line's width keeps a stroke in).
    public static func rounded(_ rectangle: Rectangle, radius: Double, inset: Double = 0) -> Outline {
        let left = Double(rectangle.x) + inset
        let top = Double(rectangle.y) + inset
        let right = Double(rectangle.maxX) - inset
        let bottom = Double(rectangle.maxY) - inset
        let r = max(0, min(radius - inset, (right - left) / 2, (bottom - top) / 2))
        var result = Outline()
        result.move(to: Point(x: left + r, y: top))
        result.arc(centre: Point(x: right - r, y: top + r), radius: r, from: -.pi / 2, to: 0)
        result.arc(centre: Point(x: right - r, y: bottom - r), radius: r, from: 0, to: .pi / 2)
        result.arc(centre: Point(x: left + r, y: bottom - r), radius: r, from: .pi / 2, to: .pi)
        result.arc(centre: Point(x: left + r, y: top + r), radius: r, from: .pi, to: .pi * 1.5)
        result.close()
        return result
    }

    func trace(on context: OpaquePointer) {
        for step in steps {
            switch step {
            case .move(let p): unsafe cairo_move_to(context, p.x, p.y)
            case .line(let p): unsafe cairo_line_to(context, p.x, p.y)
            case .curve(let a, let b, let p): unsafe cairo_curve_to(context, a.x, a.y, b.x, b.y, p.x, p.y)
            case .arc(let c, let radius, let from, let to): unsafe cairo_arc(context, c.x, c.y, radius, from, to)
            case .close: unsafe cairo_close_path(context)
            }
        }
    }
}

/// What an outline is filled or stroked with. Colours have straight alpha.
public enum Paint: Equatable, Sendable {
    public struct Stop: Equatable, Sendable {
        /// 0 at the start, 1 at the end.
        public var offset: Double
        public var colour: Colour
        public init(_ offset: Double, _ colour: Colour) {
            self.offset = offset
            self.colour = colour
        }
    }
    case solid(Colour)
    case linear(from: Point, to: Point, stops: [Stop])
    case radial(centre: Point, radius: Double, stops: [Stop])

    func apply(to context: OpaquePointer) {
        switch self {
        case .solid(let colour):
            let c = colour.unit
            unsafe cairo_set_source_rgba(context, c.red, c.green, c.blue, c.alpha)
        case .linear(let from, let to, let stops):
            unsafe use(cairo_pattern_create_linear(from.x, from.y, to.x, to.y), stops: stops, on: context)
        case .radial(let centre, let radius, let stops):
            let pattern = unsafe cairo_pattern_create_radial(centre.x, centre.y, 0, centre.x, centre.y, radius)
            unsafe use(pattern, stops: stops, on: context)
        }
    }

    private func use(_ pattern: OpaquePointer?, stops: [Stop], on context: OpaquePointer) {
        for stop in stops {
            let c = stop.colour.unit
            unsafe cairo_pattern_add_color_stop_rgba(pattern, stop.offset, c.red, c.green, c.blue, c.alpha)
        }
        unsafe cairo_set_source(context, pattern)
        unsafe cairo_pattern_destroy(pattern)
    }
}

extension Colour {
    /// The four parts as 0…1.
    var unit: (red: Double, green: Double, blue: Double, alpha: Double) {
        (Double(red) / 255, Double(green) / 255, Double(blue) / 255, Double(alpha) / 255)
    }
}
