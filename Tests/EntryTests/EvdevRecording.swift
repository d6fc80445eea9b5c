import Glibc
import LinuxBase
import Testing

/// A USB keypad as umockdev plays it to a program: its sysfs entries, its answers to ioctls, and its events.
struct RecordedKeypad {
    var number: Int
    var name: String
    var product: UInt16 = 1
    /// Keys that the kernel says are down, whenever it is asked.
    var down: [Int] = []
    /// After so many milliseconds from the one before: type, code, value.
    var events: [(wait: Int, type: Int, code: Int, value: Int)] = []

    static let vendor: UInt16 = 0x1209
    var path: String { "/dev/input/event\(number)" }
    var phys: String { "usb-0000:00:1a.0-\(number)/input0" }
    var link: String { "/dev/input/by-path/pci-0000:00:1a.0-usb-0:\(number):1.0-event-kbd" }

    init(_ number: Int, _ name: String) {
        self.number = number
        self.name = name
    }

    mutating func key(_ code: Int, _ value: Int) {
        events += [(1, 1, code, value), (0, 0, 0, 0)]
    }

    /// As a keyboard sends it: scan code, press, release.
    mutating func tap(_ code: Int, after wait: Int = 1) {
        events.append((wait, 4, 4, 0x70000 + code))
        key(code, 1)
        key(code, 0)
    }

    /// SYN_DROPPED: the kernel's buffer ran over.
    mutating func overrun() { events += [(1, 0, 3, 0), (0, 0, 0, 0)] }

    var description: String {
        let device = "/devices/pci0000:00/0000:00:1a.0/usb1/1-\(number)/1-\(number):1.0/input/input\(number)"
        return """
            P: \(device)/event\(number)
            N: input/event\(number)
            S: \(link.dropFirst(5))
            E: DEVNAME=\(path)
            E: MAJOR=13
            E: MINOR=\(64 + number)
            E: SUBSYSTEM=input
            A: dev=13:\(64 + number)\\n
            L: device=../../input\(number)

            P: \(device)
            E: SUBSYSTEM=input
            A: name=\(name)\\n
            A: phys=\(phys)\\n
            A: id/bustype=0003\\n
            A: id/vendor=\(hex(Self.vendor))\\n
            A: id/product=\(hex(product))\\n


            """
    }

    /// What libevdev asks, each answer of the length that it asks for.
    var answers: String {
        let keys = Array(1..<120)
        let silent = [0x02, 0x03, 0x05, 0x11, 0x12].map { "EVIOCGBIT(\($0)) 8 \(bits([], 8))\n" }.joined()
        return """
            EVIOCGBIT(0) 8 \(bits([0, 1, 4, 20], 8))
            EVIOCGNAME(0) \(name.utf8.count + 1) \(text(name))
            EVIOCGPHYS(0) \(phys.utf8.count + 1) \(text(phys))
            EVIOCGUNIQ(0) 1 \(text(""))
            EVIOCGID 0 \(swapped(3))\(swapped(Self.vendor))\(swapped(product))1001
            EVIOCGVERSION 0 01000100
            EVIOCGPROP(0) 8 \(bits([], 8))
            EVIOCGBIT(1) 96 \(bits(keys, 96))
            EVIOCGBIT(4) 8 \(bits([4], 8))
            EVIOCGBIT(21) 16 \(bits([], 16))
            \(silent)EVIOCGKEY(0) 96 \(bits(down, 96))
            EVIOCGLED(0) 8 \(bits([], 8))
            EVIOCGSW(0) 8 \(bits([], 8))
            EVIOCGREP 0 FA00000021000000

            """
    }

    /// In the format of evemu.
    var script: String {
        var time = 0
        return events.map { event in
            time += event.wait
            let fraction = "000" + String(time % 1000)
            return "E: \(time / 1000).\(fraction.suffix(3))000 \(hex(UInt16(event.type))) \(hex(UInt16(event.code)))"
                + " \(event.value)\n"
        }.joined()
    }

    private func bits(_ set: [Int], _ count: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        for bit in set { bytes[bit / 8] |= 1 << (bit % 8) }
        return hex(bytes)
    }

    private func text(_ text: String) -> String {
        hex(Array(text.utf8) + [UInt8](repeating: 0, count: 255 - text.utf8.count))
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { hex(UInt16($0)).suffix(2) }.joined() }
    private func swapped(_ number: UInt16) -> String { hex(number.byteSwapped) }

    private func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// Runs the probe on a machine that has these keypads, and returns the lines that it says.
func probe(_ keypads: [RecordedKeypad], _ arguments: [String]) throws -> [String] {
    let program = Files.parent(of: try #require(Process.executablePath())) + "/vitrine-keypad-probe"
    try #require(Files.exists(program), "build the product vitrine-keypad-probe first")
    let player = "/usr/bin/umockdev-run"
    try #require(Files.exists(player), "install the Debian package umockdev: make packages")
    let folder = try Folder()
    var words = ["umockdev-run"]
    for keypad in keypads {
        let file = "keypad\(keypad.number)"
        words += ["--device", try folder.write(keypad.description, to: file + ".umockdev")]
        words += ["--ioctl", "\(keypad.path)=" + (try folder.write(keypad.answers, to: file + ".ioctl"))]
        if !keypad.events.isEmpty {
            words += ["--evemu-events", "\(keypad.path)=" + (try folder.write(keypad.script, to: file + ".events"))]
        }
    }
    words += ["--", program, "watch"] + arguments
    let (out, err) = (folder.path + "/out", folder.path + "/err")
    let output = try Files.open(out, flags: O_WRONLY | O_CREAT)
    let errors = try Files.open(err, flags: O_WRONLY | O_CREAT)
    var child = try ChildProcess(
        player, arguments: words, environment: ["PATH=/usr/bin:/bin"],
        descriptors: [(output.raw, 1), (errors.raw, 2)], diesWithParent: false)
    let status = try child.wait(timeout: .seconds(30))
    let said = String(decoding: try Files.read(out, limit: 1 << 16), as: UTF8.self)
    let complaints = String(decoding: try Files.read(err, limit: 1 << 16), as: UTF8.self)
    try #require(status == .exited(0), "\(said)\n\(complaints)")
    return said.split(separator: "\n").map(String.init)
}

/// The keys among the probe's lines.
func keys(_ lines: [String]) -> [String] {
    lines.filter { $0.hasPrefix("key ") }.compactMap { line in
        line.dropFirst(4).firstRange(of: " after").map { String(line.dropFirst(4)[..<$0.lowerBound]) }
    }
}
