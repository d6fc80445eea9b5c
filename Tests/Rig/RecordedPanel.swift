internal import LinuxBase

/// A multitouch panel as umockdev plays it to a program: its answers to ioctls, and its events.
public struct RecordedPanel: Sendable {
    public static let path = "/dev/input/event7"
    private static let name = "Test Panel"
    /// Numbers of linux/input-event-codes.h.
    public enum Axis {
        public static let slot = 0x2F, major = 0x30, x = 0x35, y = 0x36, tool = 0x37, tracking = 0x39
    }

    /// After so many milliseconds from the one before: type, code, value.
    private var events: [(wait: Int, type: Int, code: Int, value: Int)] = []

    public init() {}

    public mutating func report(after wait: Int = 8, _ values: [(axis: Int, value: Int)]) {
        for (index, value) in values.enumerated() { events.append((index == 0 ? wait : 0, 3, value.axis, value.value)) }
        events.append((0, 0, 0, 0))
    }

    public mutating func down(_ slot: Int, _ id: Int, x: Int, y: Int, after wait: Int = 8) {
        report(after: wait, [(Axis.slot, slot), (Axis.tracking, id), (Axis.x, x), (Axis.y, y)])
    }
    public mutating func move(_ slot: Int, x: Int, y: Int) { report([(Axis.slot, slot), (Axis.x, x), (Axis.y, y)]) }
    public mutating func up(_ slot: Int, after wait: Int = 8) {
        report(after: wait, [(Axis.slot, slot), (Axis.tracking, -1)])
    }

    /// SYN_DROPPED: the kernel's buffer ran over.
    public mutating func overrun() { events += [(8, 0, 3, 0), (0, 0, 0, 0)] }

    private var description: String {
        let device = "/devices/platform/panel/input/input7"
        return """
            P: \(device)/event7
            N: input/event7
            E: DEVNAME=\(Self.path)
            E: MAJOR=13
            E: MINOR=71
            E: SUBSYSTEM=input
            A: dev=13:71\\n
            L: device=../../input7

            P: \(device)
            E: SUBSYSTEM=input
            A: name=\(Self.name)\\n
            A: id/bustype=0018\\n
            A: id/vendor=1209\\n
            A: id/product=0007\\n


            """
    }

    /// What libevdev asks, each answer of the length that it asks for.
    private var answers: String {
        let axes = [Axis.slot, Axis.major, Axis.x, Axis.y, Axis.tool, Axis.tracking]
        let ends = [9, 4095, 4095, 4095, 2, 65535]
        let resolutions = [0, 40, 40, 40, 0, 0]
        var lines = """
            EVIOCGBIT(0) 8 \(bits([0, 1, 3], 8))
            EVIOCGNAME(0) \(Self.name.utf8.count + 1) \(text(Self.name))
            EVIOCGPHYS(0) 1 \(text(""))
            EVIOCGUNIQ(0) 1 \(text(""))
            EVIOCGID 0 1800091207000100
            EVIOCGVERSION 0 01000100
            EVIOCGPROP(0) 8 \(bits([1], 8))
            EVIOCGBIT(1) 96 \(bits([0x14A], 96))
            EVIOCGBIT(3) 8 \(bits(axes, 8))
            EVIOCGKEY(0) 96 \(bits([], 96))
            EVIOCGLED(0) 8 \(bits([], 8))
            EVIOCGSW(0) 8 \(bits([], 8))

            """
        for bit in [0x02, 0x04, 0x05, 0x11, 0x12] { lines += "EVIOCGBIT(\(bit)) 8 \(bits([], 8))\n" }
        lines += "EVIOCGBIT(21) 16 \(bits([], 16))\n"
        for (index, axis) in axes.enumerated() {
            let words = [0, 0, ends[index], 0, 0, resolutions[index]].map(word).joined()
            lines += "EVIOCGABS(\(axis)) 0 \(words)\n"
        }
        return lines
    }

    /// In the format of evemu.
    private var script: String {
        var time = 0
        // The first event is played at once, whatever its time: an empty report.
        return ([(wait: 0, type: 0, code: 0, value: 0)] + events).map { event in
            time += event.wait
            let fraction = "000" + String(time % 1000)
            return
                "E: \(time / 1000).\(fraction.suffix(3))000 \(hex(event.type, 4)) \(hex(event.code, 4)) \(event.value)\n"
        }.joined()
    }

    private func bits(_ set: [Int], _ count: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        for bit in set { bytes[bit / 8] |= 1 << (bit % 8) }
        return bytes.map { hex(Int($0), 2) }.joined()
    }

    private func text(_ text: String) -> String {
        (Array(text.utf8) + [UInt8](repeating: 0, count: 255 - text.utf8.count)).map { hex(Int($0), 2) }.joined()
    }

    private func word(_ number: Int) -> String { (0..<4).map { hex(number >> (8 * $0) & 0xFF, 2) }.joined() }

    private func hex(_ number: Int, _ count: Int) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: count - digits.count) + digits
    }

    /// Writes what umockdev needs, and returns the words that run a program, which follow them, on a machine with this panel.
    public func player(in folder: String) throws -> [String] {
        let program = "/usr/bin/umockdev-run"
        guard Files.exists(program) else {
            throw RigError.wrong("install the Debian package umockdev: make packages")
        }
        for (name, text) in [("device", description), ("ioctl", answers), ("events", script)] {
            try Files.replace("\(folder)/panel.\(name)", with: Array(text.utf8))
        }
        return [
            program, "--device", "\(folder)/panel.device", "--ioctl", "\(Self.path)=\(folder)/panel.ioctl",
            "--evemu-events", "\(Self.path)=\(folder)/panel.events", "--",
        ]
    }
}
