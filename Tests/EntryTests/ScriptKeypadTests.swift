import Glibc
import Keys
import LinuxBase
import Measurements
import Testing
import Wire

private func time(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

@Suite struct ScriptKeypadTests {
    @Test func `every word of a script is its key`() throws {
        let rows: [(String, KeyWord?)] = [
            ("0", .key(.digit(0))), ("9", .key(.digit(9))), ("ok", .key(.ok)), ("cancel", .key(.cancel)),
            ("clear", .key(.clear)), ("f1", .key(.function(1))), ("f8", .key(.function(8))), ("up", .key(.up)),
            ("down", .key(.down)), ("left", .key(.left)), ("right", .key(.right)),
            ("char x", .key(.character("x"))), ("char é", .key(.character("é"))), ("char  ", .key(.character(" "))),
            ("wait 200ms", .wait(.milliseconds(200))), ("wait 2s", .wait(.seconds(2))),
            ("", .nothing), ("   ", .nothing), ("# a remark", .nothing), ("  ok  ", .key(.ok)), ("ok\r", .key(.ok)),
            ("f0", nil), ("f9", nil), ("10", nil), ("OK", nil), ("wait", nil), ("wait 3", nil), ("wait -1s", nil),
            ("wait 601s", nil), ("wait 1000000s", nil), ("wait xs", nil), ("char", nil), ("char ab", nil),
            ("char \u{7}", nil), ("ok ok", nil), ("٣", nil),
        ]
        for (line, word) in rows { #expect(KeyWord(parsing: line[...]) == word, "\(line)") }
    }

    @Test func `a file's keys come in order, and a wait holds back what follows it`() throws {
        let folder = try Folder()
        var keypad = try ScriptKeypad(try folder.write("1\n2\nwait 200ms\n3\nok", to: "keys"))
        #expect(keypad.deadline != nil, "a file is read without polling it")
        #expect(keypad.descriptor == -1, "a file is always readable: polling it would spin")
        #expect(try keypad.read(now: time(1000)) == [.digit(1), .digit(2)])
        #expect(keypad.deadline == time(1200))
        #expect(try keypad.read(now: time(1199)).isEmpty)
        #expect(try keypad.read(now: time(1200)) == [.digit(3), .ok])
        #expect(try keypad.read(now: time(1300)).isEmpty)
        let isFinished = keypad.isFinished
        #expect(isFinished)
        #expect(keypad.deadline == nil)
    }

    @Test func `a pipe has no end: writers come and go, and half a line waits for its rest`() throws {
        let folder = try Folder()
        let path = folder.path + "/pipe"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        var keypad = try ScriptKeypad(path)
        #expect(try keypad.read(now: time(0)).isEmpty)
        for (text, keys) in [("1\n2\no", [Key.digit(1), .digit(2)]), ("k\n", [.ok]), ("cancel\n", [.cancel])] {
            do {
                let writer = try Files.open(path, flags: O_WRONLY)
                try writer.writeAll(Array(text.utf8))
            }
            #expect(try !Poll.wait(for: keypad.descriptor, events: .readable, timeout: .seconds(2)).isEmpty)
            #expect(try keypad.read(now: time(1)) == keys)
        }
        #expect(try Poll.wait(for: keypad.descriptor, events: .readable, timeout: .zero).isEmpty, "no end of file")
    }

    @Test func `a wait leaves a pipe unread, so that its writer is held up too`() throws {
        let folder = try Folder()
        let path = folder.path + "/pipe"
        #expect(unsafe mkfifo(path, 0o600) == 0)
        var keypad = try ScriptKeypad(path)
        let writer = try Files.open(path, flags: O_WRONLY)
        try writer.writeAll(Array("wait 1s\n".utf8))
        #expect(try keypad.read(now: time(0)).isEmpty)
        try writer.writeAll(Array("7\n".utf8))
        #expect(keypad.descriptor == -1)
        #expect(try keypad.read(now: time(999)).isEmpty)
        #expect(try keypad.read(now: time(1000)) == [.digit(7)])
        #expect(keypad.descriptor >= 0)
    }

    @Test func `a word that is no key is told by its line, never by its text, and reading goes on after it`() throws {
        let folder = try Folder()
        var keypad = try ScriptKeypad(try folder.write("1\n4321\n2\n", to: "keys"))
        let error = try #require(throws: KeysError.self) { try keypad.read(now: time(0)) }
        #expect(error == .unknownWord(line: 2))
        #expect(!"\(error)".contains("4321"))
        #expect(try keypad.read(now: time(0)) == [.digit(2)])
    }

    @Test func `a line without an end is refused and does not grow`() throws {
        let folder = try Folder()
        let long = String(repeating: "x", count: 100_000)
        var keypad = try ScriptKeypad(try folder.write(long + "\n5\n", to: "keys"))
        var errors = 0
        var keys: [Key] = []
        for _ in 0..<100 where keys.isEmpty {
            do { keys = try keypad.read(now: time(0)) } catch { errors += 1 }
        }
        #expect(errors > 0)
        #expect(keys == [.digit(5)])
    }

    @Test func `a script that is not there is an error with its path`() {
        #expect(throws: KeysError.self) { _ = try ScriptKeypad("/nonexistent/keys") }
    }
}
