package import DRM
package import Pictures

/// Chooses. Pure: the card's description in, plans out, best first; which of them the driver really takes is tried after.
package enum DisplayPlanner {
    /// At least one plan. `screen` is nil while the terminal has no size of its own yet: then the mode decides.
    package static func plans(
        for layout: CardLayout, target: DisplayTarget, screen: PixelSize?
    ) throws(NoDisplay) -> [DisplayPlan] {
        let connector = try connector(in: layout, target: target)
        let mode = try mode(of: connector, screen: screen)
        let size = screen ?? PixelSize(width: mode.size.width & ~1, height: mode.size.height & ~1)
        var plans: [DisplayPlan] = []
        for controller in controllers(for: connector, in: layout) {
            guard
                let primary = layout.planes.first(where: {
                    $0.kind == .primary && controller.isIn($0.controllers) && $0.reads(.xrgb8888)
                })
            else { continue }
            func plan(_ stream: HardwarePlane?, _ path: FramePath) -> DisplayPlan {
                DisplayPlan(
                    connector: connector, controller: controller, mode: mode, primary: primary, stream: stream,
                    path: path, screen: size)
            }
            let overlays = layout.planes.filter {
                $0.kind == .overlay && controller.isIn($0.controllers) && $0.canLie(above: primary)
            }
            for (path, format) in [(FramePath.direct, PixelFormat.yuv420), (.interleaved, .nv12)]
            where !target.withoutPaths.contains(path) {
                plans += overlays.filter { $0.reads(format) }.map { plan($0, path) }
            }
            plans.append(plan(nil, .converted))
        }
        guard !plans.isEmpty else { throw .noPlane }
        // A better path on the second controller beats a worse one on the first.
        return FramePath.allCases.flatMap { path in plans.filter { $0.path == path } }
    }

    /// Sides of a screen that takes its size from the display.
    private static let sides = 240...4096
    private static let smallest = PixelSize(width: 320, height: 240)

    static func connector(in layout: CardLayout, target: DisplayTarget) throws(NoDisplay) -> Connector {
        let candidates = layout.connectors.filter {
            !$0.isWriteback && (target.connector == nil || $0.name == target.connector)
        }
        if let name = target.connector, candidates.isEmpty { throw .unknownConnector(name) }
        // A panel whose driver cannot tell counts as plugged in when it names a mode, but after those that are sure.
        for status in [Connector.Status.connected, .unknown] {
            if let found = candidates.first(where: { $0.status == status && !$0.modes.isEmpty }) { return found }
        }
        throw .disconnected
    }

    static func mode(of connector: Connector, screen: PixelSize?) throws(NoDisplay) -> DisplayMode {
        func better(_ a: DisplayMode, _ b: DisplayMode) -> Bool {
            if a.size.area != b.size.area { return a.size.area < b.size.area }
            if a.isInterlaced != b.isInterlaced { return b.isInterlaced }
            if a.isPreferred != b.isPreferred { return a.isPreferred }
            return a.refreshMillihertz > b.refreshMillihertz
        }
        let largest = connector.modes.map(\.size).max { $0.area < $1.area } ?? PixelSize(width: 0, height: 0)
        guard let screen else {
            // What a display says of itself is anybody's word: the screen stays within what pictures can be.
            let fitting = connector.modes.filter {
                sides.contains($0.size.width) && sides.contains($0.size.height)
            }
            guard let mode = fitting.first(where: \.isPreferred) ?? fitting.max(by: { $0.size.area < $1.size.area })
            else { throw .tooSmall(wanted: smallest, largest: largest) }
            return mode
        }
        let roomy = connector.modes.filter { $0.size.width >= screen.width && $0.size.height >= screen.height }
        guard let mode = roomy.min(by: better) else {
            throw .tooSmall(wanted: screen, largest: largest)
        }
        return mode
    }

    /// The one that drives the connector now comes first: taking it over may need no mode set.
    private static func controllers(for connector: Connector, in layout: CardLayout) -> [DisplayController] {
        let current = connector.properties["CRTC_ID"]?.value
        let possible = layout.controllers.filter { $0.isIn(connector.controllers) }
        return possible.filter { UInt64($0.identifier) == current }
            + possible.filter { UInt64($0.identifier) != current }
    }
}

extension HardwarePlane {
    /// Where the order of planes is fixed it must be the right one already.
    func canLie(above other: HardwarePlane) -> Bool {
        guard let mine = properties["zpos"], let others = other.properties["zpos"] else { return true }
        guard mine.isImmutable else { return (mine.limits?.upperBound ?? mine.value) > others.value }
        return mine.value > others.value
    }

    /// COLOR_ENCODING and COLOR_RANGE for a description; nil when this plane cannot be told so. A plane without the
    /// properties shows what everybody shows: BT.601, limited.
    package func colourValues(_ colour: ColourDescription) -> [(property: UInt32, value: UInt64)]? {
        guard let encoding = properties["COLOR_ENCODING"], let range = properties["COLOR_RANGE"] else {
            return colour == .unspecified ? [] : nil
        }
        let encodingName = colour.matrix == .bt709 ? "ITU-R BT.709 YCbCr" : "ITU-R BT.601 YCbCr"
        let rangeName = colour.range == .full ? "YCbCr full range" : "YCbCr limited range"
        guard let matrix = encoding.choices[encodingName], let reach = range.choices[rangeName] else { return nil }
        return [(encoding.identifier, matrix), (range.identifier, reach)]
    }
}
