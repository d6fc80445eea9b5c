public import Evdev
public import Pictures

/// From a panel's units to the screen's pixels. Pure.
public struct PanelMapping: Equatable, Sendable {
    /// How far the panel is turned clockwise against the picture, in degrees.
    public enum Rotation: Int, Equatable, Sendable, CaseIterable {
        case none = 0
        case quarter = 90
        case half = 180
        case threeQuarters = 270
    }

    /// What touches over more than this is no finger. (Thumbs reach 20 mm.)
    static let palmMillimetres: Int32 = 25

    private let x: AxisRange
    private let y: AxisRange
    private let rotation: Rotation
    private let screen: PixelSize

    /// Nil for axes without an extent, which no panel has.
    public init?(x: AxisRange, y: AxisRange, rotation: Rotation = .none, screen: PixelSize) {
        guard x.most > x.least, y.most > y.least, screen.area > 0 else { return nil }
        self.x = x
        self.y = y
        self.rotation = rotation
        self.screen = screen
    }

    /// Always a pixel of the screen: a panel that is larger than the display, or that errs, ends at its edge.
    public func point(x valueX: Int32, y valueY: Int32) -> (x: Int, y: Int) {
        let isTurned = rotation == .quarter || rotation == .threeQuarters
        // Along the panel's own sides first, which are the screen's other ones when it is turned.
        let width = isTurned ? screen.height : screen.width
        let height = isTurned ? screen.width : screen.height
        let across = Self.pixel(valueX, x, width)
        let down = Self.pixel(valueY, y, height)
        return switch rotation {
        case .none: (across, down)
        case .quarter: (height - 1 - down, across)
        case .half: (width - 1 - across, height - 1 - down)
        case .threeQuarters: (down, width - 1 - across)
        }
    }

    /// Whether something of this breadth, or of this tool, is a palm. A panel that tells neither has no palms.
    public func isPalm(breadth: Int32, tool: Int32) -> Bool {
        if tool == InputAxis.palm { return true }
        let resolution = max(x.resolution, y.resolution)
        return resolution > 0 && Int64(breadth) >= Int64(Self.palmMillimetres) * Int64(resolution)
    }

    private static func pixel(_ value: Int32, _ range: AxisRange, _ length: Int) -> Int {
        let place = Int(min(max(value, range.least), range.most)) - Int(range.least)
        return place * length / (Int(range.most) - Int(range.least) + 1)
    }
}
