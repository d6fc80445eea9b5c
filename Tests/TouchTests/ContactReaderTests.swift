import Evdev
import Measurements
import Pictures
import Testing
import Touch
import Wire

@Suite struct ContactReaderTests {
    private static let range = AxisRange(least: 0, most: 4095, resolution: 40)
    private static let screen = PixelSize(width: 800, height: 480)

    private func mapping(_ rotation: PanelMapping.Rotation = .none) throws -> PanelMapping {
        try #require(PanelMapping(x: Self.range, y: Self.range, rotation: rotation, screen: Self.screen))
    }

    private func event(_ axis: InputAxis, _ value: Int32) -> InputEvent {
        InputEvent(kind: .position, code: axis.rawValue, value: value)
    }
    private let report = InputEvent(kind: .report, code: 0, value: 0, time: MonotonicTime(nanoseconds: 7))

    private func say(_ contacts: [Contact]) -> [String] {
        contacts.map { "\($0.phase) \($0.slot) \($0.x),\($0.y)\($0.isPalm ? " palm" : "")" }
    }

    @Test func `values stand until they change, and nothing is told before the report`() throws {
        var reader = ContactReader(mapping: try mapping(), slots: 10)
        var early: [Contact] = []
        for event in [event(.slot, 0), event(.tracking, 5), event(.x, 2048), event(.y, 1024)] {
            early += reader.take(event)
        }
        let down = reader.take(report)
        _ = reader.take(event(.x, 4095))
        let moved = reader.take(report)
        let still = reader.take(report)
        _ = reader.take(event(.tracking, -1))
        let up = reader.take(report)
        #expect(early == [] && still == [])
        #expect(say(down) == ["down 0 400,120"] && say(moved) == ["move 0 799,120"] && say(up) == ["up 0 799,120"])
        #expect(down.first?.time == MonotonicTime(nanoseconds: 7))
    }

    @Test func `fingers are told apart by their slots`() throws {
        var reader = ContactReader(mapping: try mapping(), slots: 10)
        let events = [
            event(.slot, 0), event(.tracking, 1), event(.x, 0), event(.y, 0), event(.slot, 3), event(.tracking, 2),
            event(.x, 4095), event(.y, 4095), report, event(.tracking, -1), report, event(.slot, 0), event(.x, 410),
            event(.breadth, 1200), report, event(.tool, 2), event(.breadth, 3), report, event(.tracking, -1), report,
        ]
        var contacts: [Contact] = []
        for event in events { contacts += reader.take(event) }
        #expect(
            say(contacts) == [
                "down 0 0,0", "down 3 799,479", "up 3 799,479", "move 0 80,0 palm", "move 0 80,0 palm",
                "up 0 80,0 palm",
            ])
    }

    @Test func `a finger that was down before, and slots that nobody has, are not told`() throws {
        var reader = ContactReader(mapping: try mapping(), slots: 2, current: 1)
        reader.begin(slot: 1, tracking: 9)
        var contacts: [Contact] = []
        for event in [
            event(.x, 100), report, event(.tracking, -1), report, event(.slot, 70), event(.tracking, 3), event(.x, 5),
            report, event(.slot, -4), event(.tracking, 4), report, event(.slot, 1), event(.tracking, 10), report,
        ] { contacts += reader.take(event) }
        #expect(say(contacts) == ["down 1 19,0"])
    }

    @Test func `another finger in a slot is a loss of the first, which presses nothing`() throws {
        var reader = ContactReader(mapping: try mapping(), slots: 2)
        var machine = TouchMachine(screen: Self.screen)
        _ = machine.set(.keys([TouchMachine.Target(key: .ok, area: Self.screen.bounds)]))
        var actions: [TouchMachine.Action] = []
        for event in [
            event(.tracking, 1), event(.x, 100), report, event(.tracking, -1), event(.tracking, 2), event(.x, 2000),
            report,
        ] { for contact in reader.take(event) { actions += machine.take(contact) } }
        #expect(actions == [.show(.ok), .show(nil), .show(.ok)])
    }

    @Test(arguments: PanelMapping.Rotation.allCases) func `corners are corners however the panel is turned`(
        rotation: PanelMapping.Rotation
    ) throws {
        let mapping = try mapping(rotation)
        // Top left, top right, bottom right, bottom left of the panel, and where they are on the screen, unturned.
        let panel: [(Int32, Int32)] = [(0, 0), (4095, 0), (4095, 4095), (0, 4095)]
        let corners = [(0, 0), (799, 0), (799, 479), (0, 479)]
        for (index, corner) in panel.enumerated() {
            let (x, y) = mapping.point(x: corner.0, y: corner.1)
            let expected = corners[(index + rotation.rawValue / 90) % 4]
            #expect((x, y) == expected)
        }
        // Beyond its own ends, and on each of its units, it stays on the screen and goes on in one direction.
        for value in [Int32.min, -1, 4096, .max] {
            let (x, y) = mapping.point(x: value, y: value)
            #expect((0..<800).contains(x) && (0..<480).contains(y))
        }
        let along = (Int32(0)...4095).map { mapping.point(x: $0, y: 0) }
        let steps = zip(along, along.dropFirst()).map { abs($1.x - $0.x) + abs($1.y - $0.y) }
        #expect(steps.allSatisfy { $0 <= 1 } && steps.reduce(0, +) == (rotation.rawValue % 180 == 0 ? 799 : 479))
    }

    @Test func `a panel without an extent is none, and one that knows no millimetres has palms by its tool alone`()
        throws
    {
        let flat = AxisRange(least: 5, most: 5)
        #expect(PanelMapping(x: flat, y: Self.range, screen: Self.screen) == nil)
        #expect(PanelMapping(x: Self.range, y: AxisRange(least: 9, most: -9), screen: Self.screen) == nil)
        let wide = AxisRange(least: .min, most: .max)
        let extreme = try #require(PanelMapping(x: wide, y: wide, screen: Self.screen))
        #expect(extreme.point(x: .max, y: .min) == (799, 0))
        #expect(!extreme.isPalm(breadth: .max, tool: 0) && extreme.isPalm(breadth: 0, tool: 2))
        let known = try mapping()
        // 40 units a millimetre: 25 mm are 1000.
        #expect(known.isPalm(breadth: 1000, tool: 0) && !known.isPalm(breadth: 999, tool: 0))
    }

    @Test func `no events, in whatever order, lead off the screen or out of step`() throws {
        var random = SystemRandomNumberGenerator()
        let axes: [InputAxis] = [.slot, .tracking, .x, .y, .breadth, .tool]
        for _ in 0..<50 {
            var reader = ContactReader(mapping: try mapping(), slots: 5)
            var down: Set<Int> = []
            for _ in 0..<2000 {
                let isReport = Int.random(in: 0..<4, using: &random) == 0
                let axis = axes[Int.random(in: 0..<axes.count, using: &random)]
                let small = Int.random(in: 0..<3, using: &random) > 0
                let value = Int32.random(in: small ? -1...6 : .min ... .max, using: &random)
                for contact in reader.take(isReport ? report : event(axis, value)) {
                    #expect((0..<800).contains(contact.x) && (0..<480).contains(contact.y))
                    switch contact.phase {
                    case .down: down.insert(contact.slot)
                    case .move: #expect(down.contains(contact.slot))
                    case .up: #expect(down.remove(contact.slot) != nil)
                    }
                }
            }
        }
    }
}
