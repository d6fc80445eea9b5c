import DRM
import Pictures

/// A card as its driver would describe it: one connector, one controller, a primary plane, and overlays as wanted.
struct Card {
    static let names = [
        "CRTC_ID", "FB_ID", "SRC_X", "SRC_Y", "SRC_W", "SRC_H", "CRTC_X", "CRTC_Y", "CRTC_W", "CRTC_H",
        "FB_DAMAGE_CLIPS",
    ]
    static let encodings = ["ITU-R BT.601 YCbCr": UInt64(0), "ITU-R BT.709 YCbCr": 1]
    static let ranges = ["YCbCr limited range": UInt64(0), "YCbCr full range": 1]

    var modes = [DisplayMode(size: PixelSize(width: 800, height: 480), refreshMillihertz: 60000, isPreferred: true)]
    var status = Connector.Status.connected
    var overlays: [[PixelFormat]] = [[.nv12, .yuv420]]
    var modifiers: Set<FormatModifier> = [.linear]
    var zpos: (primary: UInt64, overlay: UInt64, isFixed: Bool)?
    var knowsColours = true

    static func properties(_ first: UInt32, _ names: [String], _ more: [String: ObjectProperty] = [:])
        -> ObjectProperties
    {
        var all = more
        for (index, name) in names.enumerated() where all[name] == nil {
            all[name] = ObjectProperty(number: first + UInt32(index))
        }
        return ObjectProperties(all)
    }

    private func plane(_ number: UInt32, _ kind: HardwarePlane.Kind, _ formats: [PixelFormat], zpos place: UInt64?)
        -> HardwarePlane
    {
        var more: [String: ObjectProperty] = [:]
        if let place, let zpos {
            more["zpos"] = ObjectProperty(number: 90, value: place, isImmutable: zpos.isFixed, limits: 0...7)
        }
        if kind == .overlay, knowsColours {
            more["COLOR_ENCODING"] = ObjectProperty(number: 91, choices: Self.encodings)
            more["COLOR_RANGE"] = ObjectProperty(number: 92, value: 1, choices: Self.ranges)
        }
        return HardwarePlane(
            number: number, kind: kind, controllers: 1,
            formats: Dictionary(uniqueKeysWithValues: formats.map { ($0, modifiers) }),
            properties: Self.properties(100, Self.names, more))
    }

    var layout: CardLayout {
        let connector = Connector(
            number: 1, name: "HDMI-A-1", status: status, modes: modes, controllers: 1,
            properties: Self.properties(50, ["CRTC_ID"]))
        let controller = DisplayController(
            number: 2, index: 0, properties: Self.properties(60, ["MODE_ID", "ACTIVE", "GAMMA_LUT"]))
        return CardLayout(
            parts: [connector], [controller],
            [plane(10, .primary, [.xrgb8888], zpos: zpos?.primary), plane(30, .cursor, [.argb8888], zpos: nil)]
                + overlays.enumerated().map { plane(20 + UInt32($0), .overlay, $1, zpos: zpos?.overlay) })
    }
}
