import Glibc
import Keys
import LinuxBase
import Measurements
import Testing
import Wire

private func time(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

@Suite struct TTYKeypadTests {
    @Test func `bytes of a tty become keys`() {
        let rows: [(String, [Key])] = [
            ("12", [.digit(1), .digit(2)]), ("\r", [.ok]), ("\n", [.ok]), ("\u{7F}", [.clear]), ("\u{8}", [.clear]),
            ("\u{1B}[A", [.up]), ("\u{1B}[B", [.down]), ("\u{1B}[C", [.right]), ("\u{1B}[D", [.left]),
            ("\u{1B}OA", [.up]), ("\u{1B}OP", [.function(1)]), ("\u{1B}OS", [.function(4)]),
            ("\u{1B}[15~", [.function(5)]), ("\u{1B}[19~", [.function(8)]), ("\u{1B}[20~", []),
            ("\u{1B}[1;5A", []), ("a", [.character("a")]), ("é", [.character("é")]), ("€", [.character("€")]),
            ("\u{1F600}", [.character("\u{1F600}")]), ("\u{85}", []), ("\u{1}", []),
            ("\u{1B}\u{1B}[A", [.cancel, .up]), ("\u{1B}7", [.cancel, .digit(7)]),
        ]
        for (text, keys) in rows {
            var decoder = TTYDecoder()
            #expect(decoder.keys(in: Array(text.utf8)[...], now: time(0)) == keys, "\(Array(text.utf8))")
        }
    }

    @Test func `escape alone is cancel once nothing has followed it`() {
        var decoder = TTYDecoder()
        #expect(decoder.keys(in: [0x1B], now: time(0)) == [])
        #expect(decoder.deadline == time(50))
        #expect(decoder.keys(in: [], now: time(49)) == [])
        #expect(decoder.keys(in: [], now: time(50)) == [.cancel])
        #expect(decoder.deadline == nil)
    }

    @Test func `a sequence may come in pieces, and garbage never holds keys up`() {
        var decoder = TTYDecoder()
        #expect(decoder.keys(in: [0x1B], now: time(0)) == [])
        #expect(decoder.keys(in: [0x5B], now: time(10)) == [])
        #expect(decoder.keys(in: [0x41], now: time(20)) == [.up])
        #expect(decoder.keys(in: [0x1B, 0x5B] + Array(repeating: 0x31, count: 100), now: time(30)).count > 0)
        #expect(decoder.keys(in: [0xFF, 0xC3, 0x28, 0xE2, 0x82], now: time(40)) == [.character("(")])
        #expect(decoder.keys(in: [0x31], now: time(200)) == [.digit(1)])
    }

    @Test func `a tty gives each key at once without echo, and is as before afterwards`() throws {
        var (master, slave): (Int32, Int32) = (-1, -1)
        var name = [CChar](repeating: 0, count: 64)
        try #require(unsafe openpty(&master, &slave, &name, nil, nil) == 0)
        let side = Descriptor(owning: master)
        // A tty that nobody has open forgets its settings.
        let keeper = Descriptor(owning: slave)
        let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var before = termios()
        #expect(unsafe tcgetattr(slave, &before) == 0)
        do {
            var keypad = try TTYKeypad(path)
            try side.writeAll([0x31, 0x0D])
            #expect(try !Poll.wait(for: keypad.descriptor, events: .readable, timeout: .seconds(2)).isEmpty)
            #expect(try keypad.read(now: time(0)) == [.digit(1), .ok])
            #expect(try Poll.wait(for: side.raw, events: .readable, timeout: .milliseconds(50)).isEmpty, "no echo")
        }
        var after = termios()
        #expect(unsafe tcgetattr(slave, &after) == 0)
        #expect(after.c_lflag == before.c_lflag && after.c_iflag == before.c_iflag)
        #expect(after.c_lflag & tcflag_t(ECHO) != 0)
        _ = consume keeper
    }

    @Test func `what is no tty is refused`() {
        #expect(throws: KeysError.self) { _ = try TTYKeypad("/dev/null") }
    }
}
