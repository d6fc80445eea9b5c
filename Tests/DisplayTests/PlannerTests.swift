import DRM
import Pictures
import Plane
import Testing

@Suite struct PlannerTests {
    private let screen = PixelSize(width: 800, height: 480)

    private func paths(_ card: Card, without: Set<FramePath> = []) throws -> [FramePath] {
        try DisplayPlanner.plans(for: card.layout, target: DisplayTarget(withoutPaths: without), screen: screen).map(
            \.path)
    }

    @Test func `the best path comes first, and a plain one is always there`() throws {
        #expect(try paths(Card()) == [.direct, .interleaved, .converted])
        #expect(try paths(Card(overlays: [[.nv12], [.yuv420]])) == [.direct, .interleaved, .converted])
        #expect(try paths(Card(overlays: [[.nv12]])) == [.interleaved, .converted])
        #expect(try paths(Card(overlays: [])) == [.converted])
        #expect(try paths(Card(), without: [.direct]) == [.interleaved, .converted])
    }

    @Test func `a plane that only takes tiled memory, or lies below, is not used`() throws {
        var tiled = Card()
        tiled.modifiers = [FormatModifier(rawValue: 7)]
        #expect(throws: NoDisplay.noPlane) { try paths(tiled) }
        tiled.modifiers = []
        #expect(try paths(tiled) == [.direct, .interleaved, .converted])
        #expect(try paths(Card(zpos: (primary: 1, overlay: 0, isFixed: true))) == [.converted])
        #expect(try paths(Card(zpos: (primary: 0, overlay: 1, isFixed: true))).first == .direct)
        #expect(try paths(Card(zpos: (primary: 1, overlay: 1, isFixed: false))).first == .direct)
    }

    @Test func `the screen's own mode is best, then the next larger, with the screen in its middle`() throws {
        func mode(_ width: Int, _ height: Int, preferred: Bool = false, _ rate: Int = 60000, interlaced: Bool = false)
            -> DisplayMode
        {
            DisplayMode(
                size: PixelSize(width: width, height: height), refreshMillihertz: rate, isPreferred: preferred,
                isInterlaced: interlaced)
        }
        func plan(_ modes: [DisplayMode], screen: PixelSize?) throws(NoDisplay) -> DisplayPlan {
            try DisplayPlanner.plans(for: Card(modes: modes).layout, target: DisplayTarget(), screen: screen)[0]
        }
        let many = [mode(1920, 1080, preferred: true), mode(1024, 768), mode(800, 480), mode(640, 480)]
        #expect(try plan(many, screen: screen).mode.size == screen)
        let larger = try plan([many[0], many[1]], screen: screen)
        #expect(larger.mode.size == PixelSize(width: 1024, height: 768))
        #expect(larger.origin == (112, 144))
        // Without a size of its own the screen is as large as the display wants it.
        #expect(try plan(many, screen: nil).screen == PixelSize(width: 1920, height: 1080))
        #expect(
            throws: NoDisplay.tooSmall(wanted: screen, largest: PixelSize(width: 640, height: 480))
        ) { try plan([many[3]], screen: screen) }
        let rates = [mode(800, 480, 50000), mode(800, 480, 75000), mode(800, 480, 120000, interlaced: true)]
        #expect(try plan(rates, screen: screen).mode.refreshMillihertz == 75000)
    }

    @Test func `which connector, and why none`() throws {
        func plans(_ card: Card, _ target: DisplayTarget) throws(NoDisplay) -> [DisplayPlan] {
            try DisplayPlanner.plans(for: card.layout, target: target, screen: PixelSize(width: 800, height: 480))
        }
        #expect(throws: NoDisplay.disconnected) { try plans(Card(status: .disconnected), DisplayTarget()) }
        #expect(throws: NoDisplay.unknownConnector("DP-1")) { try plans(Card(), DisplayTarget(connector: "DP-1")) }
        #expect(try !plans(Card(status: .unknown), DisplayTarget(connector: "HDMI-A-1")).isEmpty)
        #expect(throws: NoDisplay.disconnected) { try plans(Card(modes: []), DisplayTarget()) }
    }
}

@Suite struct RequestTests {
    private func request(_ card: Card) throws -> DisplayRequest {
        let plan = try DisplayPlanner.plans(
            for: card.layout, target: DisplayTarget(), screen: PixelSize(width: 800, height: 480))[0]
        return DisplayRequest(plan: plan, stream: Rectangle(x: 0, y: 32, width: 800, height: 448))
    }

    private func value(_ request: AtomicRequest, _ object: UInt32, _ property: UInt32) -> UInt64? {
        request.assignments.first { $0.object == object && $0.property == property }?.value
    }

    @Test func `lighting sets everything, and nobody else's plane stays`() throws {
        let card = Card(overlays: [[.yuv420], [.nv12]], zpos: (primary: 0, overlay: 0, isFixed: false))
        let lit = try request(card).light(
            layout: card.layout, mode: 77, primary: 5,
            picture: .init(framebuffer: 6, colour: ColourDescription(matrix: .bt709, range: .limited)))
        #expect(value(lit, 1, 50) == 2)
        #expect(value(lit, 2, 60) == 77)
        #expect(value(lit, 2, 61) == 1)
        #expect(value(lit, 2, 62) == 0)
        // Primary: the whole mode. The stream's plane: below the strip, one to one, above the primary, in its colours.
        #expect(value(lit, 10, 101) == 5)
        #expect(value(lit, 10, 108) == 800)
        #expect(value(lit, 20, 101) == 6)
        #expect((102...109).map { value(lit, 20, $0) } == [0, 0, 800 << 16, 448 << 16, 0, 32, 800, 448])
        #expect(value(lit, 20, 90) == 1)
        #expect(value(lit, 20, 91) == 1)
        #expect(value(lit, 20, 92) == 0)
        // The cursor and the other overlay are switched off.
        for plane: UInt32 in [30, 21] { #expect([100, 101].map { value(lit, plane, $0) } == [0, 0]) }
    }

    @Test func `a change says no more than what changes`() throws {
        let request = try request(Card())
        var same = AtomicRequest()
        request.change(colour: .unspecified, to: .init(framebuffer: 9, colour: .unspecified), in: &same)
        #expect(same.assignments.map(\.value) == [9])
        var hidden = AtomicRequest()
        request.change(colour: .unspecified, to: nil, in: &hidden)
        #expect(Set(hidden.assignments.map(\.property)) == [100, 101])
        #expect(hidden.assignments.allSatisfy { $0.object == 20 && $0.value == 0 })
        var primary = AtomicRequest()
        request.change(primary: 5, clips: 44, in: &primary)
        #expect(primary.assignments.map(\.value) == [5, 44])
    }

    @Test func `colours that a plane cannot be told are not shown on it`() throws {
        let plane = try #require(Card().layout.planes.last)
        for colour in ColourDescription.all { #expect(plane.colourValues(colour)?.count == 2, "\(colour)") }
        let plain = try #require(Card(knowsColours: false).layout.planes.last)
        #expect(plain.colourValues(.unspecified)?.isEmpty == true)
        #expect(plain.colourValues(ColourDescription(matrix: .bt709, range: .limited)) == nil)
        #expect(plain.colourValues(ColourDescription(matrix: .bt601, range: .full)) == nil)
    }
}

@Suite struct NaturalSizeTests {
    private func size(_ modes: [(width: Int, height: Int, isPreferred: Bool)]) throws(NoDisplay) -> PixelSize {
        let card = Card(
            modes: modes.map {
                DisplayMode(
                    size: PixelSize(width: $0.width, height: $0.height), refreshMillihertz: 60000,
                    isPreferred: $0.isPreferred)
            })
        return try DisplayPlanner.plans(for: card.layout, target: DisplayTarget(), screen: nil)[0].screen
    }

    @Test func `a display's own wish counts only within what pictures can be`() throws {
        #expect(try size([(7680, 4320, true), (1920, 1080, false)]) == PixelSize(width: 1920, height: 1080))
        #expect(try size([(1367, 769, true)]) == PixelSize(width: 1366, height: 768))
        #expect(throws: NoDisplay.self) { try size([(160, 120, true)]) }
        #expect(throws: NoDisplay.self) { try size([(7680, 4320, true)]) }
    }
}

@Suite struct FormerControllerTests {
    private func value(_ request: AtomicRequest, _ object: UInt32, _ property: UInt32) -> UInt64? {
        request.assignments.first { $0.object == object && $0.property == property }?.value
    }

    /// Two controllers; the connector is on the second, whose primary plane shows something; the overlay is the first's.
    private var layout: CardLayout {
        let base = Card().layout
        let connector = Connector(
            number: 1, name: "HDMI-A-1", status: .connected, modes: base.connectors[0].modes, controllers: 3,
            properties: ObjectProperties(["CRTC_ID": ObjectProperty(number: 50, value: 3)]))
        let second = DisplayController(
            number: 3, index: 1, properties: Card.properties(60, ["MODE_ID", "ACTIVE", "GAMMA_LUT"]))
        func plane(_ number: UInt32, on controller: UInt64) -> HardwarePlane {
            HardwarePlane(
                number: number, kind: .primary, controllers: 3, formats: [.xrgb8888: [.linear]],
                properties: Card.properties(
                    100, Card.names, ["CRTC_ID": ObjectProperty(number: 100, value: controller)]))
        }
        return CardLayout(
            parts: [connector], base.controllers + [second], base.planes + [plane(40, on: 3), plane(41, on: 9)])
    }

    @Test func `the controller that a connector leaves is switched off, and nobody else's plane is touched`() throws {
        let plans = try DisplayPlanner.plans(
            for: layout, target: DisplayTarget(), screen: PixelSize(width: 800, height: 480))
        let plan = try #require(plans.first { $0.controller.identifier == 2 && $0.path == .direct })
        let request = DisplayRequest(plan: plan, stream: Rectangle(x: 0, y: 32, width: 800, height: 448))
        let lit = request.light(layout: layout, mode: 77, primary: 5, picture: nil)
        #expect(value(lit, 3, 61) == 0)
        #expect(value(lit, 3, 60) == 0)
        #expect(value(lit, 40, 101) == 0)
        #expect(value(lit, 41, 101) == nil)
        #expect(value(lit, 1, 50) == 2)
        let dark = request.dark()
        #expect(value(dark, 2, 61) == 0)
        #expect([10, 20].map { value(dark, $0, 101) } == [0, 0])
    }
}
