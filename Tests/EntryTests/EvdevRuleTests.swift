import Evdev
import Keys
import Testing
import Wire

@Suite struct KeypadMatchTests {
    private func node(
        _ name: String = "Pad", phys: String = "usb-1/input0", bus: UInt16 = 3, product: UInt16 = 0x0002,
        names: Set<String> = [], tags: Set<String> = []
    ) -> InputNode {
        InputNode(
            file: "event3", path: "/dev/input/event3",
            identity: InputIdentity(name: name, phys: phys, bus: bus, vendor: 0x1234, product: product), names: names,
            tags: tags)
    }

    @Test func `a rule matches its device and no other`() throws {
        let path = "/dev/input/by-path/pci-0000:00:1a.0-usb-0:1:1.0-event-kbd"
        let rows: [(String, InputNode, InputNode)] = [
            ("name=Pad", node(), node("pad")),
            ("name=Pads, Inc. Pad=1", node("Pads, Inc. Pad=1"), node("Pads")),
            ("phys=usb-1/input0", node(), node(phys: "usb-1/input01")),
            ("phys=usb-1/input0", node(), node(phys: "")),
            ("usb=1234:0002", node(), node(product: 3)),
            ("usb=1234:0002", node(), node(bus: 5)),
            ("path=\(path)", node(names: [path]), node(names: [])),
            ("path=/dev/input/event3", node(names: ["/dev/input/event3"]), node()),
            ("tag=keypad", node(tags: ["keypad", "seat"]), node(tags: ["seat"])),
        ]
        for (text, right, wrong) in rows {
            let rule = try KeypadMatch(parsing: text[...])
            #expect(rule.matches(right), "\(text)")
            #expect(!rule.matches(wrong), "\(text)")
            #expect(rule.description == text)
        }
        #expect(try KeypadMatch(parsing: "usb=ABCD:00fF") == .usb(vendor: 0xABCD, product: 0x00FF))
    }

    @Test func `what is no rule says what it should be`() throws {
        let long = String(repeating: "x", count: 256)
        let rows: [(String, KeypadMatchError)] = [
            ("", .notRule("")), ("keypad", .notRule("keypad")), ("=x", .unknownKind("")),
            ("Name=x", .unknownKind("Name")),
            ("serial=x", .unknownKind("serial")), ("name=", .badValue("name=")),
            ("name=a\u{7}b", .badValue("name=a\u{7}b")), ("name=\(long)", .badValue("name=\(long)")),
            ("path=by-path/x", .badPath("by-path/x")), ("path=/dev/mem", .badPath("/dev/mem")),
            ("path=/dev/input/../mem", .badPath("/dev/input/../mem")), ("tag=../x", .badValue("tag=../x")),
            ("tag=..", .badValue("tag=..")), ("usb=1234", .badUSB("1234")), ("usb=1234:", .badUSB("1234:")),
            ("usb=12345:1", .badUSB("12345:1")), ("usb=+123:0001", .badUSB("+123:0001")),
            ("usb=1234:5678:9abc", .badUSB("1234:5678:9abc")),
        ]
        for (text, error) in rows {
            #expect(throws: error, "\(text)") { _ = try KeypadMatch(parsing: text[...]) }
        }
        #expect("\(KeypadMatchError.unknownKind("serial"))".contains("path=, phys=, tag=, usb= or name="))
    }

    @Test func `rules are listed with commas, which values may have too`() throws {
        let rows: [(String, [KeypadMatch])] = [
            ("name=A", [.name("A")]), ("name=A,usb=1234:5678", [.name("A"), .usb(vendor: 0x1234, product: 0x5678)]),
            ("name=Pads, Inc.,phys=x", [.name("Pads, Inc."), .phys("x")]), ("name=a,,b", [.name("a,,b")]),
            ("name=a,B=c", [.name("a,B=c")]),
        ]
        for (text, rules) in rows { #expect(try KeypadMatch.list(parsing: text[...]) == rules, "\(text)") }
        #expect(throws: KeypadMatchError.unknownKind("serial")) { _ = try KeypadMatch.list(parsing: "name=a,serial=1") }
        #expect(throws: KeypadMatchError.notRule("")) { _ = try KeypadMatch.list(parsing: "") }
        #expect(throws: KeypadMatchError.twice("name=a")) { _ = try KeypadMatch.list(parsing: "name=a,name=a") }
        let many = (0...KeypadMatch.limit).map { "name=\($0)" }.joined(separator: ",")
        #expect(throws: KeypadMatchError.tooMany) { _ = try KeypadMatch.list(parsing: many[...]) }
    }
}

@Suite struct KeyMapTests {
    private func key(_ name: String) throws -> InputKey { try #require(InputKey(named: name)) }

    @Test func `the standard map has every key of a keypad, and no letter`() throws {
        let rows: [(String, Key?)] = [
            ("KEY_0", .digit(0)), ("KEY_1", .digit(1)), ("KEY_9", .digit(9)), ("KEY_KP0", .digit(0)),
            ("KEY_KP9", .digit(9)), ("KEY_NUMERIC_0", .digit(0)), ("KEY_NUMERIC_9", .digit(9)), ("KEY_ENTER", .ok),
            ("KEY_KPENTER", .ok), ("KEY_OK", .ok), ("KEY_ESC", .cancel), ("KEY_CANCEL", .cancel),
            ("KEY_BACKSPACE", .clear), ("KEY_CLEAR", .clear), ("KEY_F1", .function(1)), ("KEY_F8", .function(8)),
            ("KEY_UP", .up), ("KEY_DOWN", .down), ("KEY_LEFT", .left), ("KEY_RIGHT", .right), ("KEY_F9", nil),
            ("KEY_A", nil), ("KEY_POWER", nil), ("KEY_KPDOT", nil),
        ]
        for (name, expected) in rows { #expect(KeyMap.standard[try key(name)] == expected, "\(name)") }
        // Every name of the table is one that libevdev knows.
        #expect(KeyMap.standard.keys.count == 30 + 11 + 8)
        // The numbers of the kernel, where anybody can look them up.
        #expect(try key("KEY_ENTER").rawValue == 28)
        #expect(InputKey(rawValue: 28).description == "KEY_ENTER")
        #expect(InputKey(named: "KEY_NOTHING") == nil)
    }

    @Test func `a board's lines change the standard map`() throws {
        let map = try KeyMap(
            text: "# front panel\n\nKEY_KPDOT=clear\n  KEY_A =  f1 \r\nKEY_ENTER = none\n0x1e0 = char \u{E9}\n99 = 7")
        #expect(map[try key("KEY_KPDOT")] == .clear)
        #expect(map[try key("KEY_A")] == .function(1))
        #expect(map[try key("KEY_ENTER")] == nil)
        #expect(map[InputKey(rawValue: 0x1E0)] == .character("\u{E9}"))
        #expect(map[InputKey(rawValue: 99)] == .digit(7))
        #expect(map[try key("KEY_1")] == .digit(1))
        let alone = try KeyMap(text: "* = none\nKEY_1 = 1")
        #expect(alone.keys == [try key("KEY_1"): .digit(1)])
        #expect(try KeyMap(lines: []) == .standard)
    }

    @Test func `a line that says nothing usable is told by its number`() throws {
        let long = String(repeating: "x", count: 200)
        let rows: [(String, Int, KeyMapError.Problem)] = [
            ("KEY_1", 1, .noEquals), ("\nKEY_NOTHING = 1", 2, .unknownKey("KEY_NOTHING")),
            ("a = 1", 1, .unknownKey("a")),
            ("0 = 1", 1, .unknownKey("0")), ("767 = 1", 1, .unknownKey("767")), ("99999 = 1", 1, .unknownKey("99999")),
            ("-1 = 1", 1, .unknownKey("-1")), ("KEY_1 = 11", 1, .badValue("11")), ("KEY_1 =", 1, .badValue("")),
            ("KEY_1 = f9", 1, .badValue("f9")), ("KEY_1 = wait 2s", 1, .badValue("wait 2s")),
            ("KEY_1 = # 1", 1, .badValue("# 1")), ("KEY_1 = 1\nKEY_1 = 2", 2, .twice(try key("KEY_1"))),
            ("KEY_1 = 1\n2 = 2", 2, .twice(try key("KEY_1"))), ("KEY_1 = 1\n* = none", 2, .emptiedLate),
            ("* = ok", 1, .badValue("ok")), (long, 1, .tooLong),
            (String(repeating: "\n", count: 1024), 1025, .tooManyLines),
        ]
        for (text, line, problem) in rows {
            let error = try #require(throws: KeyMapError.self, "\(text)") { _ = try KeyMap(text: text) }
            #expect(error.line == line, "\(text)")
            #expect(error.problem == problem, "\(text)")
            #expect(error.description.hasPrefix("line \(line) of the key map "))
        }
    }

    @Test func `no line and no rule can stop the program`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let pieces = [
            "KEY_1", "KEY_", "BTN_A", "=", " = ", "none", "char ", "\u{301}", "\u{1F600}", "0x", "99", "*", "#", "\r",
            ",",
            "name=", "usb=", "path=/dev/input/", "..", "1234:", "abcd", "\0", "e\u{301}", "f1", "tag=", "\t",
        ]
        var refused = 0
        for _ in 0..<20_000 {
            let text = (0..<next(8)).map { _ in pieces[next(pieces.count)] }.joined()
            do { _ = try KeyMap(text: text) } catch { refused += error.description.isEmpty ? 0 : 1 }
            do { _ = try KeypadMatch.list(parsing: text[...]) } catch { refused += error.description.isEmpty ? 0 : 1 }
        }
        #expect((10_000..<40_000).contains(refused))
    }
}
