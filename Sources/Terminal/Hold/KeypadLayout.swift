public import Pictures
public import Wire

/// Where the keys of the keypad on the screen are. Pure.
///
///     tall: 1 2 3       wide: 1 2 3 ✕       twelve: 1 2 3      Beside the 0 are arrows; nothing in PIN entry. Twelve keys
///           4 5 6             4 5 6 <               4 5 6      are for boards that have a Cancel key of their own.
///           7 8 9             7 8 9 ○               7 8 9
///           ← 0 →             ← 0 → ○               < 0 ○
///           ✕ < ○
public struct KeypadLayout: Equatable, Sendable {
    public enum Arrangement: Equatable, Sendable, CaseIterable {
        case tall
        case wide
        case twelve
    }

    public enum Purpose: Equatable, Sendable {
        case keys
        case pin
    }

    /// One key. `area` is what a finger may hit, and what is drawn.
    public struct Place: Equatable, Sendable {
        public let key: Key
        public let area: Rectangle
    }

    /// A key's shorter side at least: 9 mm where the panel's size is known, else so many pixels. (ISO 9241-411 finds
    /// fewer slips from about 9 mm on.)
    public static let leastPixels = 48
    public static let leastMillimetres = 9.0
    /// No key grows beyond this: fingers need not travel.
    static let mostPixels = 150

    public let area: Rectangle
    public let arrangement: Arrangement
    public let purpose: Purpose
    public let places: [Place]

    /// Fills the middle of `area`. Nil when its keys would be smaller than the least, in the arrangement that is asked
    /// for or, if none is, in that of tall and wide which has the larger keys. `pixelsPerMillimetre` is the panel's.
    public init?(
        area: Rectangle, purpose: Purpose, order: DigitOrder = .standard, arrangement: Arrangement? = nil,
        pixelsPerMillimetre: Double? = nil
    ) {
        let candidates = arrangement.map { [$0] } ?? [.tall, .wide]
        let grids = candidates.map { KeyGrid($0, in: area) }
        guard let grid = grids.max(by: { min($0.width, $0.height) < min($1.width, $1.height) }) else { return nil }
        let least =
            pixelsPerMillimetre.map { Int((Self.leastMillimetres * $0).rounded(.up)) } ?? Self.leastPixels
        guard min(grid.width, grid.height) >= max(least, 1) else { return nil }
        self.area = area
        self.purpose = purpose
        self.arrangement = grid.arrangement
        places = Self.places(grid, purpose, order)
    }

    /// The key at a point.
    public func key(x: Int, y: Int) -> Key? {
        places.first { $0.area.contains(Rectangle(x: x, y: y, width: 1, height: 1)) }?.key
    }

    private static func places(_ grid: KeyGrid, _ purpose: Purpose, _ order: DigitOrder) -> [Place] {
        var places = order.digits.enumerated().map { index, digit in
            Place(
                key: .digit(digit),
                area: index < 9 ? grid.area(column: index % 3, row: index / 3) : grid.area(column: 1, row: 3))
        }
        switch grid.arrangement {
        case .twelve:
            places.append(Place(key: .clear, area: grid.area(column: 0, row: 3)))
            places.append(Place(key: .ok, area: grid.area(column: 2, row: 3)))
            return places
        case .tall:
            for (column, key) in [Key.cancel, .clear, .ok].enumerated() {
                places.append(Place(key: key, area: grid.area(column: column, row: 4)))
            }
        case .wide:
            places.append(Place(key: .cancel, area: grid.area(column: 3, row: 0)))
            places.append(Place(key: .clear, area: grid.area(column: 3, row: 1)))
            places.append(Place(key: .ok, area: grid.area(column: 3, row: 2).union(grid.area(column: 3, row: 3))))
        }
        if purpose == .keys {
            places.append(Place(key: .left, area: grid.area(column: 0, row: 3)))
            places.append(Place(key: .right, area: grid.area(column: 2, row: 3)))
        }
        return places
    }
}

/// Columns and rows of equal keys in the middle of an area.
private struct KeyGrid {
    let arrangement: KeypadLayout.Arrangement
    let width: Int
    let height: Int
    private let gap: Int
    private let left: Int
    private let top: Int

    init(_ arrangement: KeypadLayout.Arrangement, in area: Rectangle) {
        let columns = arrangement == .wide ? 4 : 3
        let rows = arrangement == .tall ? 5 : 4
        // About a tenth of a key.
        let gap = max(4, min(area.width / columns, area.height / rows) / 11)
        // A margin of a gap around all, where that leaves the keys large enough.
        func fitted(_ length: Int, _ count: Int) -> Int {
            let airy = (length - (count + 1) * gap) / count
            return airy >= KeypadLayout.leastPixels ? airy : (length - (count - 1) * gap) / count
        }
        let most = KeypadLayout.mostPixels
        let (wide, high) = (fitted(area.width, columns), fitted(area.height, rows))
        let width = min(wide, most, max(high, 1) * 2)
        let height = min(high, most, max(wide, 1) * 5 / 4)
        self.arrangement = arrangement
        self.gap = gap
        self.width = width
        self.height = height
        left = area.x + (area.width - columns * width - (columns - 1) * gap) / 2
        top = area.y + (area.height - rows * height - (rows - 1) * gap) / 2
    }

    func area(column: Int, row: Int) -> Rectangle {
        Rectangle(x: left + column * (width + gap), y: top + row * (height + gap), width: width, height: height)
    }
}
