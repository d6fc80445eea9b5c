import LinuxBase
import Testing

/// The whole path from a kernel's events to keys, through libevdev, on recorded devices (umockdev). A kernel of one's own
/// is asked in `vitrine-keypad-probe check`.
@Suite(.serialized) struct EvdevReplayTests {
    /// Numbers of linux/input-event-codes.h.
    enum Code {
        static let escape = 1, one = 2, five = 6, six = 7, seven = 8, backspace = 14, enter = 28, a = 30, f1 = 59
        static let f8 = 66, kp7 = 71, kp0 = 82, kpEnter = 96, up = 103
    }

    @Test func `keys come out as what they mean, once each, and letters not at all`() throws {
        var keypad = RecordedKeypad(5, "Test Keypad")
        for code in [Code.one, Code.kp7, Code.kp0, Code.a, Code.backspace, Code.escape, Code.f1, Code.up] {
            keypad.tap(code)
        }
        // Held so long that it repeats.
        keypad.key(Code.five, 1)
        for _ in 0..<5 { keypad.key(Code.five, 2) }
        keypad.key(Code.five, 0)
        // Two keys that overlap, as of a fast typist.
        keypad.key(Code.six, 1)
        keypad.key(Code.seven, 1)
        keypad.key(Code.six, 0)
        keypad.key(Code.seven, 0)
        keypad.tap(Code.kpEnter)
        keypad.tap(Code.f8)
        let lines = try probe([keypad], ["--rules", "name=Test Keypad", "--until", "f8"])
        #expect(keys(lines) == ["1", "7", "0", "clear", "cancel", "f1", "up", "5", "6", "7", "ok", "f8"])
        #expect(lines.first == "report keypad \"Test Keypad\" (1209:0001) is in use at /dev/input/event5")
        #expect(lines.filter { $0.hasPrefix("report") }.count == 1)
    }

    @Test(arguments: ["path", "phys", "usb", "name"])
    func `only the device that the rule names is opened`(kind: String) throws {
        var keypad = RecordedKeypad(5, "Board Keypad")
        var other = RecordedKeypad(6, "Somebody's Keyboard")
        other.product = 2
        for code in [Code.one, Code.f8] { keypad.tap(code) }
        for code in [Code.seven, Code.f8] { other.tap(code) }
        let rules = ["path": keypad.link, "phys": keypad.phys, "usb": "1209:0001", "name": keypad.name]
        let rule = "\(kind)=\(try #require(rules[kind]))"
        let lines = try probe(
            [keypad, other], ["--rules", rule, "--opens", keypad.path, "--opens", other.path, "--until", "f8"])
        #expect(keys(lines) == ["1", "f8"])
        #expect(lines.contains("opened \(other.path) 0 times"))
        // The same watch sees the one that is opened.
        #expect(lines.contains("opened \(keypad.path) 1 times"))
    }

    @Test func `after lost events the keys that are down are pressed, once, and the rest is said`() throws {
        var keypad = RecordedKeypad(5, "Test Keypad")
        keypad.down = [Code.five]
        // Held since before the opening: not pressed. Released, and down again when the kernel is asked: pressed.
        keypad.key(Code.five, 0)
        // Pressed, and up when the kernel is asked: its release is known, so that it can be pressed again.
        keypad.key(Code.six, 1)
        keypad.overrun()
        keypad.tap(Code.six, after: 1000)
        keypad.tap(Code.f8)
        let lines = try probe([keypad], ["--rules", "name=Test Keypad", "--until", "f8"])
        #expect(keys(lines) == ["6", "5", "6", "f8"])
        #expect(lines.contains { $0.hasSuffix("was read too late: the kernel dropped events 1 times") })
    }

    @Test func `a key that stays down through lost events is not pressed twice`() throws {
        var keypad = RecordedKeypad(5, "Test Keypad")
        keypad.down = [Code.five]
        keypad.tap(Code.one)
        keypad.overrun()
        keypad.tap(Code.f8, after: 1000)
        #expect(keys(try probe([keypad], ["--rules", "usb=1209:0001", "--until", "f8"])) == ["1", "f8"])
    }

    @Test func `a board's map changes keys, and several keypads are read`() throws {
        let folder = try Folder()
        let map = try folder.write("# this board\nKEY_A = ok\nKEY_1 = none\n0x08 = char x\n", to: "map")
        var (first, second) = (RecordedKeypad(5, "Test Keypad"), RecordedKeypad(6, "Test Keypad"))
        for code in [Code.a, Code.one, Code.seven] { first.tap(code) }
        // The clock of a recording starts with its first event.
        second.key(Code.a, 0)
        second.tap(Code.five, after: 1000)
        second.tap(Code.f8)
        let lines = try probe([first, second], ["--rules", "name=Test Keypad", "--map", map, "--until", "f8"])
        #expect(keys(lines) == ["ok", "char x", "5", "f8"])
        #expect(lines.filter { $0.contains("is in use at") }.count == 2)
    }

    @Test func `a rule that nothing matches is said, and harms no other`() throws {
        var keypad = RecordedKeypad(5, "Test Keypad")
        keypad.tap(Code.f8)
        let lines = try probe([keypad], ["--rules", "phys=nowhere,name=Test Keypad", "--until", "f8"])
        #expect(keys(lines) == ["f8"])
        #expect(lines.contains("report no keypad is plugged in for phys=nowhere"))
    }
}
