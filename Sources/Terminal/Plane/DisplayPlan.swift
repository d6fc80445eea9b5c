public import DRM
public import Pictures

/// One way to light a display: who drives it, in which mode, and which planes hold what.
public struct DisplayPlan: Equatable, Sendable {
    public var connector: Connector
    public var controller: DisplayController
    public var mode: DisplayMode
    /// Holds everything that the trusted environment draws. Nobody else's pixels reach it but by conversion.
    public var primary: HardwarePlane
    /// Shows the stream above the primary plane, inside the stream's rectangle; nil on the converted path.
    public var stream: HardwarePlane?
    public var path: FramePath
    /// Where the screen's top left pixel lies: a screen smaller than the mode stands in its middle.
    public var origin: (x: Int, y: Int) {
        ((mode.size.width - screen.width) / 4 * 2, (mode.size.height - screen.height) / 4 * 2)
    }
    /// The terminal's screen.
    public var screen: PixelSize

    /// For the log.
    public var explanation: String {
        "\(connector.name) \(mode.size) at \(mode.refreshMillihertz / 1000).\(mode.refreshMillihertz % 1000 / 100) Hz, \(path.explanation)"
    }
}

/// Why a card shows nothing.
public enum NoDisplay: Error, Equatable, Sendable, CustomStringConvertible {
    /// No card, or none that can show pictures.
    case noCard
    /// The connector that was asked for does not exist.
    case unknownConnector(String)
    case disconnected
    /// Connected, but without a mode that holds the screen.
    case tooSmall(wanted: PixelSize, largest: PixelSize)
    /// No controller or no plane for XRGB8888 pictures.
    case noPlane
    /// Another program is the card's master.
    case taken
    /// The virtual terminal is another's at the moment.
    case away
    /// The driver refuses every plan.
    case refused(String)
    case failed(DRMError)

    public var description: String {
        switch self {
        case .noCard: "no display hardware"
        case .unknownConnector(let name): "no connector \(name)"
        case .disconnected: "no display is plugged in"
        case .tooSmall(let wanted, let largest): "the display's largest mode is \(largest), the screen is \(wanted)"
        case .noPlane: "no plane shows XRGB8888 pictures"
        case .taken: "another program has the display"
        case .away: "the console has been switched to another terminal"
        case .refused(let reason): "the driver refuses: \(reason)"
        case .failed(let error): error.description
        }
    }
}
