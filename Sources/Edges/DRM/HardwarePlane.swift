/// A layer of a controller's picture that the hardware reads from a framebuffer of its own.
public struct HardwarePlane: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case primary
        case overlay
        case cursor
    }

    /// The kernel's object number.
    public let identifier: UInt32
    public let kind: Kind
    /// Bit i: `CardLayout.controllers[i]` can show it.
    public let controllers: UInt32
    /// What it can read. No modifiers: the driver does not say, and linear is all that may be tried.
    public let formats: [PixelFormat: Set<FormatModifier>]
    public let properties: ObjectProperties

    /// False when the plane is sure to refuse such a framebuffer.
    public func reads(_ format: PixelFormat, _ modifier: FormatModifier = .linear) -> Bool {
        guard let modifiers = formats[format] else { return false }
        return modifiers.isEmpty ? modifier == .linear : modifiers.contains(modifier)
    }
}
