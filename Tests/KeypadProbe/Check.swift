import Evdev
import Keys
import LinuxBase
import Measurements
import Wire

/// Checks on a machine with /dev/uinput (a virtual machine; its console loses what is typed meanwhile). One line each:
/// `ok NAME: figures` or `FAIL NAME: why`.
enum Check {
    static let name = "Check Keypad"
    static let rule = "name=Check Keypad"

    /// Replugs of `replug`, and keys of `latency`.
    static func run(cycles: Int, keys: Int) throws {
        let checks: [(String, () throws -> String)] = [
            ("replug", { try replug(cycles: cycles) }), ("console", console), ("foreign", foreign), ("held", held),
            ("overrun", overrun), ("several", several), ("keyless", keyless), ("tag", tag),
            ("latency", { try latency(keys: keys) }),
        ]
        var failures = 0
        for (name, check) in checks {
            do { print("ok \(name): \(try check())") } catch {
                print("FAIL \(name): \(error)")
                failures += 1
            }
        }
        guard failures == 0 else { throw Problem("\(failures) checks failed") }
    }

    /// Each time it comes it is found, grabbed, and its keys come here alone; each time it goes it is let go of.
    private static func replug(cycles: Int) throws -> String {
        var desk = try Desk(rule)
        let console = try RawTerminal("/dev/tty0")
        _ = try desk.wait("the first look") { $0.keypad.deadline != nil && $0.reports.count > 0 }
        var times: [Duration] = []
        for cycle in 0..<cycles {
            let start = Clock.now()
            do {
                let keypad = try VirtualKeypad(name)
                _ = try desk.wait("cycle \(cycle): attached", limit: .seconds(1)) { $0.keypad.count == 1 }
                times.append(Clock.now() - start)
                var other = try InputDevice(keypad.path)
                try keypad.tap("KEY_\(cycle % 10)")
                _ = try desk.wait("cycle \(cycle): a key") { $0.keys.count == 1 }
                try require(desk.takeKeys() == [.digit(UInt8(cycle % 10))], "another key")
                try require(other.read(limit: 10).events.isEmpty, "another program saw the key")
            }
            _ = try desk.wait("cycle \(cycle): detached", limit: .seconds(1)) { $0.keypad.count == 0 }
        }
        try require(try isSilent(console.descriptor), "a key reached the console")
        return figures(times)
    }

    /// Without a grab the console has the key; with it, it has not.
    private static func console() throws -> String {
        let console = try RawTerminal("/dev/tty0")
        let keypad = try VirtualKeypad(name)
        try keypad.tap("KEY_7")
        try require(
            try !Poll.wait(for: console.descriptor.raw, events: .readable, timeout: .seconds(2)).isEmpty,
            "the console never has a key: nothing can be said")
        var buffer = [UInt8](repeating: 0, count: 64)
        _ = try console.descriptor.read(into: &buffer)
        var desk = try Desk(rule)
        _ = try desk.wait("attached") { $0.keypad.count == 1 }
        for count in 1...100 {
            try keypad.tap("KEY_7")
            _ = try desk.wait("key \(count)") { $0.keys.count == count }
        }
        try require(try isSilent(console.descriptor), "a key reached the console")
        return "\(desk.keys.count) keys, none on the console"
    }

    /// A device that no rule names is not opened, not even to look at it.
    private static func foreign() throws -> String {
        let other = try VirtualKeypad("Somebody's Keyboard")
        let watch = try OpenWatch(other.path)
        var desk = try Desk(rule)
        let keypad = try VirtualKeypad(name)
        _ = try desk.wait("attached") { $0.keypad.count == 1 }
        try other.tap("KEY_1")
        try keypad.tap("KEY_2")
        _ = try desk.wait("a key") { !$0.keys.isEmpty }
        try require(desk.takeKeys() == [.digit(2)], "the other keyboard's key came")
        try require(try watch.take() == 0, "the other keyboard was opened")
        _ = try InputDevice(other.path)
        try require(try watch.take() == 1, "an opening would not have been seen")
        return "not opened"
    }

    /// What another program has grabbed is not used; it is as soon as the other lets go. What is grabbed here stays so.
    private static func held() throws -> String {
        let keypad = try VirtualKeypad(name)
        var desk = try Desk(rule)
        do {
            var other = try InputDevice(keypad.path)
            try other.grab()
            _ = try desk.wait("a refusal") { $0.reports.contains { $0.isRefusal(.held(path: keypad.path)) } }
            try require(desk.keypad.count == 0, "a keypad that another program has was used")
            try other.ungrab()
        }
        let time = try desk.wait("attached", limit: .seconds(1)) { $0.keypad.count == 1 }
        var late = try InputDevice(keypad.path)
        var isOurs = false
        do throws(EvdevError) { try late.grab() } catch { isOurs = error == .held(path: keypad.path) }
        try require(isOurs, "another program could grab it, too")
        return figures([time])
    }
}

extension KeypadReport {
    var isOverrun: Bool { if case .overrun = self { true } else { false } }

    func isRefusal(_ error: EvdevError) -> Bool {
        if case .refused(_, _, error) = self { true } else { false }
    }
}

/// Nothing to read, also a moment later.
func isSilent(_ descriptor: borrowing Descriptor) throws -> Bool {
    try Poll.wait(for: descriptor.raw, events: .readable, timeout: .milliseconds(50)).isEmpty
}
