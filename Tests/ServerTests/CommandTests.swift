import Commands
import RFB
import Testing
import Wire

@Suite struct CommandTests {
    private func press(_ sequence: UInt64, _ key: Key = .digit(1)) -> Command {
        Command(sequence: sequence, key: key)
    }

    @Test func `keys are taken in order`() throws {
        var log = CommandLog()
        for (index, key) in [Key.digit(4), .ok, .cancel, .character("é")].enumerated() {
            #expect(try log.accept(press(UInt64(index + 1), key)) == .key(key))
        }
        #expect(log.accepted == 4)
        #expect(log.delivered == 0)
        log.markDelivered()
        #expect(log.delivered == 4)
    }

    @Test func `a repetition is ignored, after a resume or at any time`() throws {
        var log = CommandLog()
        for sequence: UInt64 in 1...3 { _ = try log.accept(press(sequence)) }
        for sequence: UInt64 in 0...3 { #expect(try log.accept(press(sequence, .ok)) == nil) }
        #expect(log.accepted == 3)
        #expect(try log.accept(press(4, .ok)) == .key(.ok))
    }

    @Test(arguments: [(0, 2), (0, UInt64.max), (3, 5)] as [(UInt64, UInt64)])
    func `a gap is an error, and changes nothing`(_ taken: UInt64, _ next: UInt64) throws {
        var log = CommandLog()
        for sequence in 0..<taken { _ = try log.accept(press(sequence + 1)) }
        let before = log
        #expect(throws: CommandError.gap(expected: taken + 1, received: next)) { try log.accept(press(next)) }
        #expect(log == before)
    }

    @Test(
        arguments: [
            (.digit(0), 0x30), (.digit(9), 0x39), (.ok, 0xFF0D), (.cancel, 0xFF1B), (.clear, 0xFF08),
            (.function(1), 0xFFBE),
            (.function(8), 0xFFC5), (.left, 0xFF51), (.up, 0xFF52), (.right, 0xFF53), (.down, 0xFF54),
            (.character(" "), 0x20), (.character("~"), 0x7E), (.character("ÿ"), 0xFF), (.character("Ā"), 0x0100_0100),
            (.character("€"), 0x0100_20AC), (.digit(10), nil), (.function(0), nil), (.function(9), nil),
            (.character("\u{7F}"), nil), (.character("\u{1B}"), nil), (.character("\u{9F}"), nil),
        ] as [(Key, UInt32?)])
    func `each key has the symbol that X11 knows it by`(_ key: Key, _ symbol: UInt32?) {
        #expect(key.keysym == symbol)
    }
}
