/// A place where a screen is, or could be, connected.
public struct Connector: Equatable, Sendable {
    public enum Status: Equatable, Sendable {
        case connected
        case disconnected
        /// The hardware cannot tell, or has not been asked yet.
        case unknown
    }

    /// The kernel's object number. Those of DisplayPort branches come and go.
    public let identifier: UInt32
    /// As in `/sys/class/drm`, without the card: "HDMI-A-1", "DSI-1", "Virtual-1".
    public let name: String
    public let status: Status
    /// The preferred ones first, as the kernel sorts them. Empty without a screen.
    public let modes: [DisplayMode]
    /// Bit i: `CardLayout.controllers[i]` can feed it.
    public let controllers: UInt32
    /// Writes the picture to memory instead of showing it.
    public let isWriteback: Bool
    public let properties: ObjectProperties
}
