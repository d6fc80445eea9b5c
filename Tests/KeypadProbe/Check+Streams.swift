import Evdev
import Keys
import LinuxBase
import Measurements
import Wire

extension Check {
    /// When the kernel's buffer runs over, keys that are down are known afterwards, and none is pressed twice.
    static func overrun() throws -> String {
        let keypad = try VirtualKeypad(name)
        var desk = try Desk(rule)
        _ = try desk.wait("attached") { $0.keypad.count == 1 }
        try keypad.send("KEY_5", 1)
        for _ in 0..<500 { try keypad.tap("KEY_1") }
        try keypad.send("KEY_2", 1)
        _ = try desk.wait("an overrun") { $0.reports.contains { $0.isOverrun } && $0.keypad.deadline == nil }
        let first = desk.takeKeys()
        for digit in [Key.digit(5), .digit(2)] {
            try require(first.filter { $0 == digit }.count == 1, "\(digit) is down, and came not once: \(first)")
        }
        _ = desk.takeReports()
        for _ in 0..<500 { try keypad.tap("KEY_1") }
        _ = try desk.wait("another overrun") { $0.reports.contains { $0.isOverrun } && $0.keypad.deadline == nil }
        let second = desk.takeKeys()
        try require(!second.contains(.digit(5)) && !second.contains(.digit(2)), "a key that is down came twice")
        try keypad.send("KEY_5", 0)
        try keypad.send("KEY_5", 1)
        _ = try desk.wait("5 again") { !$0.keys.isEmpty }
        try require(desk.takeKeys() == [.digit(5)], "something else than 5")
        return "two overruns, each key once"
    }

    /// Two keypads of one rule, and one of another: all come, in the order of time.
    static func several() throws -> String {
        let first = try VirtualKeypad(name)
        let second = try VirtualKeypad(name, product: 2)
        let third = try VirtualKeypad("Third Keypad", vendor: 0x1234, product: 0xABCD)
        var desk = try Desk("\(rule),usb=1234:abcd,path=\(first.path)")
        _ = try desk.wait("attached") { $0.keypad.count == 3 }
        for _ in 0..<3 {
            try third.tap("KEY_KP1")
            try second.tap("KEY_2")
            try first.tap("KEY_3")
        }
        try third.tap("KEY_KPENTER")
        _ = try desk.wait("keys") { $0.keys.count == 10 }
        let row: [Key] = [.digit(1), .digit(2), .digit(3)]
        let keys = desk.takeKeys()
        try require(keys == row + row + row + [.ok], "order: \(keys)")
        return "three keypads in order"
    }

    /// Allowed, but a knob: said once, and let go of.
    static func keyless() throws -> String {
        let knob = try VirtualKeypad(name, hasKeys: false)
        let watch = try OpenWatch(knob.path)
        var desk = try Desk(rule)
        _ = try desk.wait("the first look") { !$0.reports.isEmpty }
        let reports = desk.takeReports()
        try require(reports.count == 1 && "\(reports[0])".contains("has no keys"), "\(reports)")
        _ = try watch.take()
        // A device that comes makes it look again.
        let keypad = try VirtualKeypad(name)
        _ = try desk.wait("attached") { $0.keypad.count == 1 }
        try require(try watch.take() == 0, "the knob was opened again")
        _ = consume keypad
        return "said once"
    }

    /// udev's tag, as its files say it (put there by hand where no udev runs).
    static func tag() throws -> String {
        let keypad = try VirtualKeypad("Tagged Keypad")
        var desk = try Desk("tag=check-keypad")
        _ = try desk.wait("the first look") { !$0.reports.isEmpty }
        try require(desk.keypad.count == 0, "attached without its tag")
        guard let file = keypad.path.split(separator: "/").last else { throw Problem("no path") }
        let number = try Files.read("/sys/class/input/\(file)/dev", limit: 64).prefix { $0 != 0x0A }
        let folder = "/run/udev/tags/check-keypad"
        try Files.makeFolder(folder)
        let path = "\(folder)/c\(String(decoding: number, as: UTF8.self))"
        try Files.replace(path, with: [])
        let time = try desk.wait("attached", limit: .seconds(1)) { $0.keypad.count == 1 }
        try Files.removeTree(folder)
        return figures([time])
    }

    /// From the kernel's event to the key in this program, with a typist on another thread.
    static func latency(keys: Int) throws -> String {
        var desk = try Desk(rule)
        try WorkerThread.start("typist") {
            do {
                let keypad = try VirtualKeypad(name)
                // Until the other side has grabbed it.
                Clock.sleep(.milliseconds(300))
                for number in 0..<keys {
                    try keypad.tap("KEY_\(number % 10)")
                    Clock.sleep(.milliseconds(4))
                }
                Clock.sleep(.seconds(1))
            } catch { print("the typist failed: \(error)") }
        }
        _ = try desk.wait("\(keys) keys", limit: .seconds(60)) { $0.keys.count >= keys }
        let expected = (0..<keys).map { Key.digit(UInt8($0 % 10)) }
        try require(desk.takeKeys() == expected, "other keys than typed")
        return figures(desk.delays)
    }
}
