/// The parts of a card as they are now.
public struct CardLayout: Equatable, Sendable {
    public let connectors: [Connector]
    /// In the order that the bits of `Connector.controllers` and `HardwarePlane.controllers` count by.
    public let controllers: [DisplayController]
    public let planes: [HardwarePlane]
}

/// The part that reads pixels from memory at a mode's pace (a "CRTC"). Planes go into one, connectors come out of it.
public struct DisplayController: Equatable, Sendable {
    /// The kernel's object number.
    public let identifier: UInt32
    /// The bit that stands for this one in masks.
    public let index: Int
    public let properties: ObjectProperties

    /// True when a connector's or a plane's mask has this controller.
    public func isIn(_ mask: UInt32) -> Bool { index < UInt32.bitWidth && mask & 1 << UInt32(index) != 0 }
}
