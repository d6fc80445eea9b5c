import Correspondence
import Hold
import LinuxBase
import Pictures
import Testing
import Wire

@Suite struct KeypadTests {
    private static let digits = (UInt8(0)...9).map(Key.digit)
    private static let area = Rectangle(x: 400, y: 32, width: 400, height: 448)

    private func layout(
        _ purpose: KeypadLayout.Purpose, _ arrangement: KeypadLayout.Arrangement? = nil,
        order: DigitOrder = .standard, in area: Rectangle = area, millimetre: Double? = nil
    ) throws -> KeypadLayout {
        try #require(
            KeypadLayout(
                area: area, purpose: purpose, order: order, arrangement: arrangement, pixelsPerMillimetre: millimetre))
    }

    @Test(arguments: KeypadLayout.Arrangement.allCases)
    func `each key is there once, inside the area, and on no other`(arrangement: KeypadLayout.Arrangement) throws {
        for purpose in [KeypadLayout.Purpose.keys, .pin] {
            let layout = try layout(purpose, arrangement)
            var expected = Set(Self.digits + [.clear, .ok])
            if arrangement != .twelve { expected.insert(.cancel) }
            if arrangement != .twelve, purpose == .keys { expected.formUnion([.left, .right]) }
            #expect(layout.places.count == expected.count && Set(layout.places.map(\.key)) == expected)
            #expect(expected.count == (arrangement == .twelve ? 12 : purpose == .keys ? 15 : 13))
            for (index, place) in layout.places.enumerated() {
                #expect(Self.area.contains(place.area))
                #expect(min(place.area.width, place.area.height) >= 48)
                for other in layout.places[..<index] { #expect(place.area.intersection(other.area).isEmpty) }
                let middle = (x: place.area.x + place.area.width / 2, y: place.area.y + place.area.height / 2)
                #expect(layout.key(x: middle.x, y: middle.y) == place.key)
                #expect(layout.key(x: place.area.x, y: place.area.y) == place.key)
                #expect(layout.key(x: place.area.maxX, y: place.area.y) != place.key)
            }
            #expect(layout.key(x: 0, y: 0) == nil)
        }
    }

    @Test func `a screen with keys has room for them and for a picture, side by side`() throws {
        for (width, height) in [(480, 272), (800, 480), (480, 800), (1280, 800), (1920, 1080)] {
            for type in TypeSize.allCases {
                let size = PixelSize(width: width, height: height)
                let screen = ScreenLayout(size: size, type: type, hasKeypad: true)
                let area = try #require(screen.keypad)
                let keys = try layout(.keys, in: area)
                #expect(keys.places.allSatisfy { area.contains($0.area) && min($0.area.width, $0.area.height) >= 48 })
                let parts = [screen.strip, screen.stream, area]
                var pixels = 0
                for part in parts { pixels += part.width * part.height }
                #expect(pixels == width * height)
                for (index, part) in parts.enumerated() {
                    #expect(parts[..<index].allSatisfy { $0.intersection(part).isEmpty })
                }
                #expect(screen.stream.width >= 240 && screen.stream.height >= 200)
            }
        }
        // Smaller than that there are none, and a terminal that has no others does not start.
        let small = ScreenLayout(size: PixelSize(width: 320, height: 240), hasKeypad: true)
        #expect(KeypadLayout(area: try #require(small.keypad), purpose: .keys) == nil)
    }

    @Test func `keys are as large as a finger needs, or there is no keypad`() throws {
        let screens = [(480, 272), (800, 480), (1280, 800), (1920, 1080)]
        for (width, height) in screens {
            let stream = ScreenLayout(size: PixelSize(width: width, height: height)).stream
            let right = Rectangle(x: width / 2, y: stream.y, width: width / 2, height: stream.height)
            for area in [stream, right] {
                let layout = try layout(.keys, in: area)
                let least = layout.places.map { min($0.area.width, $0.area.height) }.min() ?? 0
                print("keys at \(width)×\(height), \(area.width) wide: \(layout.arrangement), \(least) pixels")
                #expect(least >= 48)
            }
        }
        // A panel of 95 mm and 480 pixels: 9 mm are 46 pixels. One as fine as a telephone's needs more of them.
        let small = Rectangle(x: 0, y: 0, width: 240, height: 200)
        #expect(KeypadLayout(area: small, purpose: .pin) == nil)
        let fine = try layout(.pin, .wide, in: small, millimetre: 480.0 / 95)
        #expect(fine.places.allSatisfy { min($0.area.width, $0.area.height) >= 46 })
        let telephone = Rectangle(x: 0, y: 0, width: 480, height: 480)
        #expect(KeypadLayout(area: telephone, purpose: .pin, pixelsPerMillimetre: 16) == nil)
        #expect(KeypadLayout(area: .empty, purpose: .keys, pixelsPerMillimetre: 0) == nil)
    }

    @Test func `bytes become numbers without a preference`() {
        for bound in 2...10 {
            var counts = [Int](repeating: 0, count: bound)
            for byte in UInt8.min...UInt8.max { DigitOrder.uniform(byte, below: bound).map { counts[$0] += 1 } }
            #expect(Set(counts) == [256 / bound])
        }
    }

    /// Every way to exchange gives another order, so that even exchanges give even orders: no statistics needed.
    @Test(arguments: [2, 3, 4, 5, 6, 7]) func `each order comes from one way to exchange, and all are reached`(
        count: Int
    ) {
        var ways: [[Int]] = [[]]
        for last in (1..<count).reversed() { ways = ways.flatMap { way in (0...last).map { way + [$0] } } }
        let orders = Set(ways.map { DigitOrder.shuffled(Array(0..<count), indices: $0) })
        #expect(orders.count == (1...count).reduce(1, *) && ways.count == orders.count)
    }

    @Test func `with the kernel's random numbers each digit is at each place equally often`() throws {
        let rounds = 20_000
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 10), count: 10)
        for _ in 0..<rounds {
            let order = try DigitOrder.scrambled { count throws(SystemCallError) in try Random.bytes(count) }
            let layout = try layout(.pin, .wide, order: order)
            let shown = layout.places.prefix(10).compactMap { place in
                if case .digit(let digit) = place.key { digit } else { nil }
            }
            for (place, digit) in shown.enumerated() { counts[place][Int(digit)] += 1 }
        }
        let expected = Double(rounds) / 10
        // A digit that is at one place is at no other: the sum's mean is 90, and nine tenths of it is a chi square.
        let square =
            counts.joined().reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected } * 0.9
        // 81 degrees of freedom: beyond 150 is a chance of one in 200,000.
        print("scrambled keypad: chi square \(square) of 81 degrees of freedom over \(rounds) orders")
        #expect(square < 150)
        #expect(counts.allSatisfy { $0.reduce(0, +) == rounds })
    }

    @Test func `a byte that would be unfair is skipped, and no order is told by its description`() {
        // 250 to 255 are beyond the tens; 0 exchanges each last place with the first.
        var asked = 0
        let order = DigitOrder.scrambled { count in
            asked += 1
            return asked == 1 ? [UInt8](repeating: 255, count: count) : [UInt8](repeating: 0, count: count)
        }
        #expect(asked >= 2)
        #expect(order != .standard)
        #expect("\(order)" == "an order of digits")
        #expect(String(reflecting: order) == "an order of digits")
        var dumped = ""
        dump(order, to: &dumped)
        #expect(!dumped.contains("digits:") && !dumped.contains("["))
    }

    @Test func `in PIN entry the picture is the same whichever key is touched, and tells that one is`() throws {
        let type = try Stage.typesetter(for: Stage.sizes[0])
        for arrangement in KeypadLayout.Arrangement.allCases {
            var pictures: Set<[UInt32]> = []
            var panel = KeypadPanel(layout: try layout(.pin, arrangement), type: type)
            for place in panel.layout.places {
                panel.touched = place.key
                pictures.insert(drawn(panel).pixels)
            }
            #expect(pictures.count == 1)
            panel.touched = nil
            #expect(!pictures.contains(drawn(panel).pixels))
        }
    }

    @Test func `a touched key looks different, and nothing else changes`() throws {
        let type = try Stage.typesetter(for: Stage.sizes[0])
        var panel = KeypadPanel(layout: try layout(.keys, .tall), type: type)
        let before = drawn(panel)
        for place in panel.layout.places {
            panel.touched = place.key
            let after = drawn(panel)
            var count = 0
            for index in before.pixels.indices where before.pixels[index] != after.pixels[index] {
                count += 1
                let point = Rectangle(x: index % 800, y: index / 800, width: 1, height: 1)
                #expect(place.area.contains(point))
            }
            #expect(count > 200, "\(place.key)")
        }
    }

    @Test func `cancel, clear and OK differ in shape alone, and nothing is drawn outside the area`() throws {
        let type = try Stage.typesetter(for: Stage.sizes[0])
        let panel = KeypadPanel(layout: try layout(.keys, .tall), type: type)
        let picture = drawn(panel)
        var shapes: [[Bool]] = []
        for key in [Key.cancel, .clear, .ok] {
            let area = try #require(panel.layout.places.first { $0.key == key }).area
            let inner = Rectangle(
                x: area.x + area.width / 4, y: area.y + area.height / 4, width: area.width / 2, height: area.height / 2)
            shapes.append(picture.cropped(to: inner).pixels.map { $0 == Theme.ground.argb })
        }
        #expect(Set(shapes).count == 3)
        for (a, b) in [(0, 1), (0, 2), (1, 2)] {
            let differing = zip(shapes[a], shapes[b]).count { $0 != $1 }
            #expect(differing * 10 > shapes[a].count, "a tenth of the key's middle")
        }
        for index in picture.pixels.indices {
            let point = Rectangle(x: index % 800, y: index / 800, width: 1, height: 1)
            if !Self.area.contains(point) { #expect(picture.pixels[index] == 0xFF12_3456) }
        }
    }

    private func drawn(_ panel: KeypadPanel) -> Picture {
        var picture = Picture(size: PixelSize(width: 800, height: 480), fill: Colour(argb: 0xFF12_3456))
        panel.draw(into: &picture)
        return picture
    }
}
