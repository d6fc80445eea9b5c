import DRM
import FuzzKit
import LinuxBase

/// What the kernel says about displays and devices: read with privileges, and partly from what is plugged in.
extension Targets {
    private static func message(_ lines: [String]) -> [UInt8] { lines.flatMap { Array($0.utf8) + [0] } }

    static let kernelEvent = FuzzTarget(
        name: "kernel-event",
        corpus: [
            message([
                "change@/devices/pci0000:00/0000:00:02.0/drm/card0", "ACTION=change",
                "DEVPATH=/devices/pci0000:00/0000:00:02.0/drm/card0", "SUBSYSTEM=drm", "HOTPLUG=1", "CONNECTOR=58",
                "DEVNAME=dri/card0", "DEVTYPE=drm_minor", "SEQNUM=1042", "MAJOR=226", "MINOR=0",
            ]),
            message([
                "add@/devices/x/input/input3", "ACTION=add", "DEVPATH=/devices/x/input/input3", "SUBSYSTEM=input",
                "NAME=\"a = b\"", "PHYS=",
            ]),
        ]
    ) { input in
        guard let event = KernelEvent(input[...]) else { return .refused }
        guard input.count <= KernelEvent.byteLimit, event.properties.count <= KernelEvent.propertyLimit,
            event.devicePath.hasPrefix("/"), !event.action.isEmpty, event.properties["SUBSYSTEM"] == event.subsystem
        else { return .broken("an event against the rules") }
        let rest = event.properties.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return KernelEvent(message(["\(event.action)@\(event.devicePath)"] + rest)[...]) == event
            ? .accepted : .broken("changed by encoding")
    }

    private static func words(_ numbers: [UInt32]) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }

    /// Three formats, two modifiers.
    static let formatTable = FuzzTarget(
        name: "format-table",
        corpus: [
            words([1, 0, 3, 24, 2, 40, PixelFormat.xrgb8888.rawValue, PixelFormat.nv12.rawValue, 7, 0])
                + words([7, 0, 0, 0, 0, 0]) + words([3, 0, 1, 0, 9, 0x0700_0000])
        ]
    ) { input in
        guard let table = FormatTable(input) else { return .refused }
        let names = table.formats.count + table.formats.values.reduce(0) { $0 + $1.count }
        // Each modifier is named by one bit of the input's.
        return names <= input.count * 8 ? .accepted : .broken("more formats than bytes")
    }

    static let flipEvents = FuzzTarget(
        name: "flip-events",
        corpus: [
            words([2, 32, 7, 0, 12, 345_678, 100, 50]) + words([1, 32, 8, 0, 12, 345_678, 100, 50])
                + words([3, 40, 9, 0, 0, 0, 0, 0, 0, 0]) + words([2, 32, 10, 0, 13, 0, 101, 50])
        ]
    ) { input in
        let flips = FlipEvent.parse(input[...])
        guard flips.count * 32 <= input.count else { return .broken("more flips than bytes") }
        return flips.isEmpty ? .refused : .accepted
    }
}
