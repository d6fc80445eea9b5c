import Evdev
import Glibc
import Keys
import LinuxBase
import Measurements
import Testing
import Wire

private func time(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

/// Folders as the kernel and udev keep them.
private struct Machine {
    let folder: Folder
    let folders: InputFolders

    init() throws {
        folder = try Folder()
        let path = folder.path
        folders = InputFolders(devices: "\(path)/dev", classes: "\(path)/sys", tags: "\(path)/tags")
        for name in ["dev/by-path", "sys", "tags/keypad"] { try Files.makeFolder("\(path)/\(name)") }
    }

    /// A device as sysfs shows it; the node is a plain file, which no ioctl knows.
    func plug(_ number: Int, _ name: String, phys: String = "", isOpenable: Bool = true) throws {
        let device = "\(folders.classes)/event\(number)"
        try Files.makeFolder("\(device)/device/id")
        for (file, text) in [
            ("device/name", name + "\n"), ("device/phys", phys + "\n"), ("device/id/bustype", "0003\n"),
            ("device/id/vendor", "1209\n"), ("device/id/product", "000a\n"), ("dev", "13:\(64 + number)\n"),
        ] { try Files.replace("\(device)/\(file)", with: Array(text.utf8)) }
        if isOpenable { try Files.replace("\(folders.devices)/event\(number)", with: []) }
    }

    func unplug(_ number: Int) throws {
        try Files.removeTree("\(folders.classes)/event\(number)")
        try Files.remove("\(folders.devices)/event\(number)")
    }
}

@Suite struct InputFolderTests {
    @Test func `devices are listed in order with who they are, where links lead and what tags say`() throws {
        let machine = try Machine()
        try machine.plug(10, "Ten")
        try machine.plug(2, "Two\n", phys: "usb-1/input0")
        let path = machine.folder.path
        try Files.makeFolder("\(path)/sys/mouse0")
        try Files.makeFolder("\(path)/sys/input2")
        try Files.makeLink("\(path)/dev/by-path/pad", to: "../event10")
        try Files.makeLink("\(path)/dev/by-path/mouse", to: "../mouse0")
        try Files.replace("\(path)/tags/keypad/c13:66", with: [])
        let nodes = machine.folders.nodes(
            names: ["\(path)/dev/by-path/pad", "\(path)/dev/by-path/mouse", "\(path)/dev/by-path/none"],
            tags: ["keypad", "seat"])
        #expect(nodes.map(\.file) == ["event2", "event10"])
        #expect(nodes.map(\.path) == ["\(path)/dev/event2", "\(path)/dev/event10"])
        #expect(
            nodes.first?.identity
                == InputIdentity(name: "Two\n", phys: "usb-1/input0", bus: 3, vendor: 0x1209, product: 0x000A))
        #expect(nodes.map(\.names) == [[], ["\(path)/dev/by-path/pad"]])
        #expect(nodes.map(\.tags) == [["keypad"], []])
        #expect(machine.folders.nodes(names: ["\(path)/dev/event2"]).map(\.names) == [["\(path)/dev/event2"], []])
    }

    @Test func `a machine without input devices has none`() {
        let nowhere = InputFolders(devices: "/nonexistent", classes: "/nonexistent", tags: "/nonexistent")
        #expect(nowhere.nodes(names: ["/nonexistent/x"], tags: ["x"]).isEmpty)
    }

    @Test func `a device's name cannot write in the log`() {
        let hostile = InputIdentity(name: "a\u{1B}[2J\n" + String(repeating: "b", count: 500), vendor: 0xA)
        #expect(hostile.description == "\"a?[2J?" + String(repeating: "b", count: 74) + "\" (000a:0000)")
    }

    @Test func `what is no input device is said to be none, or absent`() throws {
        let folder = try Folder()
        let file = try folder.write("", to: "file")
        #expect(throws: EvdevError.notInput(path: file)) { _ = try InputDevice(file) }
        #expect(throws: EvdevError.system(SystemCallError("open(/nonexistent)", ENOENT))) {
            _ = try InputDevice("/nonexistent")
        }
    }
}

@Suite struct EvdevKeypadTests {
    @Test func `a missing keypad is said once and looked for again and again`() throws {
        let machine = try Machine()
        var keypad = try EvdevKeypad(rules: [.name("Pad")], folders: machine.folders)
        #expect(keypad.deadline.map { $0 <= time(1000) } == true, "the first look is due at once")
        #expect(try keypad.read(now: time(1000)).isEmpty)
        #expect(keypad.takeReports() == [.missing(.name("Pad"))])
        #expect(keypad.deadline == time(1000) + EvdevKeypad.lookEvery)
        #expect(EvdevKeypad.lookEvery <= .milliseconds(500), "found again within a second")
        #expect(try keypad.read(now: time(1250)).isEmpty)
        #expect(keypad.takeReports().isEmpty)
        #expect(keypad.deadline == time(1250) + EvdevKeypad.lookEvery)
    }

    @Test func `without a rule nothing is looked at, and nothing is waited for`() throws {
        let machine = try Machine()
        try machine.plug(1, "Pad")
        var keypad = try EvdevKeypad(rules: [], folders: machine.folders)
        #expect(try keypad.read(now: time(1000)).isEmpty)
        #expect(keypad.takeReports().isEmpty)
        #expect(keypad.deadline == nil)
    }

    @Test func `what cannot be opened or grabbed is not used, said once, and tried until it is gone`() throws {
        let machine = try Machine()
        try machine.plug(1, "Pad")
        try machine.plug(2, "Other")
        let path = "\(machine.folders.devices)/event1"
        let identity = InputIdentity(name: "Pad", bus: 3, vendor: 0x1209, product: 0x000A)
        var keypad = try EvdevKeypad(rules: [.name("Pad")], folders: machine.folders)
        for round in 0..<5 { #expect(try keypad.read(now: time(1000 + UInt64(round) * 300)).isEmpty) }
        #expect(keypad.takeReports() == [.refused(path: path, identity, .notInput(path: path))])
        #expect(keypad.count == 0)
        #expect(keypad.watched.count == 1, "the folders, and no device")
        try machine.unplug(1)
        _ = try keypad.read(now: time(3000))
        #expect(keypad.takeReports() == [.missing(.name("Pad"))])
        // Another device under the old number is another device.
        try machine.plug(1, "Other")
        _ = try keypad.read(now: time(4000))
        #expect(keypad.takeReports().isEmpty)
        try machine.plug(1, "Pad")
        _ = try keypad.read(now: time(5000))
        #expect(keypad.takeReports().count == 1)
    }

    @Test func `a device that comes wakes it up, and a burst of them costs one look`() throws {
        let machine = try Machine()
        try machine.plug(1, "Pad", isOpenable: false)
        var keypad = try EvdevKeypad(rules: [.name("Pad")], folders: machine.folders)
        _ = try keypad.read(now: time(1000))
        let absent = keypad.takeReports()
        #expect(absent.count == 1 && "\(absent)".contains("No such file"))
        try machine.plug(1, "Pad")
        let watched = keypad.watched
        #expect(try !Poll.wait(for: watched, timeout: .seconds(1))[0].isEmpty)
        // Right after the last look: a moment later is soon enough.
        _ = try keypad.read(now: time(1001))
        #expect(keypad.takeReports().isEmpty)
        #expect(keypad.deadline == time(1000) + EvdevKeypad.lookPause)
        _ = try keypad.read(now: time(1010))
        let found = keypad.takeReports()
        #expect(found.count == 1 && "\(found)".contains("is no input device"))
    }
}
