/// What the kernel says when a device comes, changes or goes (a "uevent").
public struct KernelEvent: Equatable, Sendable {
    /// "add", "remove", "change", "move", "bind" …
    public let action: String
    /// "drm", "input" …
    public let subsystem: String
    /// Below /sys: "/devices/…/drm/card0".
    public let devicePath: String
    /// All that was said, those three (ACTION, SUBSYSTEM, DEVPATH) too. Of a display: DEVNAME "dri/card0", HOTPLUG "1",
    /// CONNECTOR the connector's object number.
    public let properties: [String: String]

    /// The kernel has 2048 bytes for the properties (UEVENT_BUFFER_SIZE), and a path beside them.
    public static let byteLimit = 8192
    /// The kernel's UEVENT_NUM_ENVP.
    public static let propertyLimit = 64

    /// Reads `action@path`, NUL, then `NAME=value`, NUL for each property. Nil for anything else: what udevd sends, too many
    /// bytes or properties, text that is not UTF-8, a name twice, a last property without its NUL, and properties that
    /// contradict the first line.
    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.byteLimit, bytes.last == 0 else { return nil }
        let lines = bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false)
        guard let first = lines.first, lines.count <= Self.propertyLimit + 1 else { return nil }
        var properties: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")), equals > line.startIndex,
                let name = String(validating: line[..<equals], as: UTF8.self),
                let value = String(validating: line[(equals + 1)...], as: UTF8.self),
                properties.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        guard let at = first.firstIndex(of: UInt8(ascii: "@")),
            let action = properties["ACTION"], let devicePath = properties["DEVPATH"],
            let subsystem = properties["SUBSYSTEM"], !action.isEmpty, devicePath.hasPrefix("/"), !subsystem.isEmpty,
            first[..<at].elementsEqual(action.utf8), first[(at + 1)...].elementsEqual(devicePath.utf8)
        else { return nil }
        self.action = action
        self.subsystem = subsystem
        self.devicePath = devicePath
        self.properties = properties
    }
}
