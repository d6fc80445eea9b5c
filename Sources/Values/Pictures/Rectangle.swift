/// A half-open rectangle in pixels: `x ..< x + width`, `y ..< y + height`. Empty when either side is zero or less.
public struct Rectangle: Equatable, Hashable, Sendable, CustomStringConvertible {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public static let empty = Rectangle(x: 0, y: 0, width: 0, height: 0)

    public var isEmpty: Bool { width <= 0 || height <= 0 }
    public var maxX: Int { x + width }
    public var maxY: Int { y + height }
    public var size: PixelSize { PixelSize(width: width, height: height) }
    public var description: String { "\(width)×\(height)+\(x)+\(y)" }

    public func intersection(_ other: Rectangle) -> Rectangle {
        let left = max(x, other.x)
        let top = max(y, other.y)
        let right = min(maxX, other.maxX)
        let bottom = min(maxY, other.maxY)
        guard right > left, bottom > top else { return .empty }
        return Rectangle(x: left, y: top, width: right - left, height: bottom - top)
    }

    /// The smallest rectangle that holds both; an empty one adds nothing.
    public func union(_ other: Rectangle) -> Rectangle {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let left = min(x, other.x)
        let top = min(y, other.y)
        return Rectangle(
            x: left, y: top, width: max(maxX, other.maxX) - left, height: max(maxY, other.maxY) - top)
    }

    public func contains(_ other: Rectangle) -> Bool {
        other.isEmpty || (other.x >= x && other.y >= y && other.maxX <= maxX && other.maxY <= maxY)
    }

    public func offset(x dx: Int, y dy: Int) -> Rectangle {
        Rectangle(x: x + dx, y: y + dy, width: width, height: height)
    }

    /// Grown outwards to even coordinates, as 4:2:0 chroma needs, and cut to `bounds`.
    public func alignedToChroma(within bounds: Rectangle) -> Rectangle {
        guard !isEmpty else { return .empty }
        let left = x & ~1
        let top = y & ~1
        let right = (maxX + 1) & ~1
        let bottom = (maxY + 1) & ~1
        return Rectangle(x: left, y: top, width: right - left, height: bottom - top).intersection(bounds)
    }
}
