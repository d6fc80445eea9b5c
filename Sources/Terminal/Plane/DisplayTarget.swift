/// Which display: what the board file or the command line says about it. What is left out is found by probing.
public struct DisplayTarget: Equatable, Sendable {
    /// A card's device, such as /dev/dri/card0 or /dev/dri/by-path/…; nil for the first that can show something.
    public var card: String?
    /// A connector by the kernel's name, such as HDMI-A-1; nil for the first that is connected.
    public var connector: String?
    /// The virtual terminal that the display belongs to, so that others may be switched to; nil on boards without one.
    public var terminal: Int?
    /// Frame paths that are not to be used, for tests and for boards whose driver promises what it cannot do.
    public var withoutPaths: Set<FramePath>
    /// The card's write-back connector may be used: see `DisplayPlane.readBack`.
    public var readsBack: Bool

    public init(
        card: String? = nil, connector: String? = nil, terminal: Int? = nil, withoutPaths: Set<FramePath> = [],
        readsBack: Bool = false
    ) {
        self.card = card
        self.connector = connector
        self.terminal = terminal
        self.withoutPaths = withoutPaths
        self.readsBack = readsBack
    }
}

/// How a decoded picture gets to the screen, best first.
public enum FramePath: String, Equatable, Hashable, Sendable, CaseIterable {
    /// The decoder's own buffer is scanned out as three planes: nothing is copied.
    case direct
    /// The hardware wants its chroma interleaved (NV12): the damaged part is written once into a buffer of the display.
    case interleaved
    /// The hardware has no plane for video: the damaged part becomes RGB among the trusted environment's own pixels.
    case converted

    public var explanation: String {
        switch self {
        case .direct: "direct (YUV420 plane on the decoder's buffers, no copy)"
        case .interleaved: "interleaved (NV12 plane, damaged rows written once)"
        case .converted: "converted (RGB, damaged rows converted)"
        }
    }
}
