internal import CLibevdev

/// A key or button by its number in linux/input-event-codes.h.
public struct InputKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt16

    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// By the kernel's name, for example `KEY_KP5`; nil for a name that libevdev does not know.
    public init?(named name: String) {
        let code = unsafe libevdev_event_code_from_name(UInt32(EV_KEY), name)
        guard (0..<Int32(KEY_MAX)).contains(code) else { return nil }
        rawValue = UInt16(code)
    }

    /// The kernel's name, or the number where it has none.
    public var description: String {
        // SAFETY: a string of libevdev's own tables, which live as long as the library.
        guard let name = unsafe libevdev_event_code_get_name(UInt32(EV_KEY), UInt32(rawValue)) else {
            return "key \(rawValue)"
        }
        return unsafe String(cString: name)
    }
}
