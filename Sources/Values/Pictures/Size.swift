// Pictures: geometry, pixel buffers and damage. Owns no descriptor and no device; every number is in pixels unless its
// type says otherwise. Pure values: any thread may hold one.

/// Width and height of a picture, in pixels.
public struct PixelSize: Equatable, Hashable, Sendable, CustomStringConvertible {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public var area: Int { width * height }
    public var bounds: Rectangle { Rectangle(x: 0, y: 0, width: width, height: height) }
    public var description: String { "\(width)×\(height)" }
}
