import Entry
import Measurements
import PIN
import Secrets
import TLS
import Testing
import Wire

@Suite final class PINEntryTests {
    private func time(_ milliseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    private func actions(_ keys: [Key]) -> [PINEntry.Action] {
        var entry = PINEntry(now: time(0))
        return keys.map { entry.press($0, at: time(1)) }
    }

    @Test func `digits are counted and not told`() {
        #expect(
            actions([.digit(1), .digit(2), .ok, .digit(3), .digit(4), .ok])
                == [.progress(1), .progress(2), .none, .progress(3), .progress(4), .complete])
    }

    @Test func `clear takes all of them back, and a thirteenth digit is none`() {
        #expect(actions([.clear, .digit(1), .clear, .clear]) == [.none, .progress(1), .progress(0), .none])
        let twelve = (1...12).map { PINEntry.Action.progress(UInt64($0)) }
        #expect(actions([Key](repeating: .digit(7), count: 13) + [.ok]) == twelve + [.none, .complete])
    }

    @Test func `cancel cancels, and other keys are nothing`() {
        #expect(actions([.digit(1), .cancel]) == [.progress(1), .cancelled])
        #expect(
            actions([.up, .function(1), .character("1"), .left]) == [PINEntry.Action](repeating: .none, count: 4))
    }

    @Test func `whoever stops typing is waited for no longer than promised`() {
        var entry = PINEntry(now: time(0))
        #expect(entry.deadline == time(30_000))
        _ = entry.press(.digit(1), at: time(20_000))
        let deadline = entry.deadline
        #expect(deadline == time(50_000))
    }

    @Test func `the block is one that the host's side opens, for this account only`() throws {
        let identifier = [UInt8](1...8)
        let initial = SecretBytes(copying: [UInt8](repeating: 0x5A, count: 16))
        func encipher(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
            BlockCipher.encipher(block, key: key)
        }
        func decipher(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
            BlockCipher.decipher(block, key: key)
        }
        var register = try DerivationRegister(initialKey: initial, identifier: identifier, encipher: encipher)
        let account = SecretBytes(copying: Array("4111111111111111".utf8))
        var numbers: Set<[UInt8]> = []
        for round in 0..<20 {
            var entry = PINEntry(now: time(0))
            for digit: UInt8 in [7, 3, 1, 9] { _ = entry.press(.digit(digit), at: time(1)) }
            let key = try register.next(encipher: encipher)
            let fill = SecretBytes(copying: [UInt8](repeating: UInt8(round), count: 8))
            let pin = try entry.encrypted(account: account, fill: fill, key: key, encipher: encipher)
            #expect(numbers.insert(pin.keySerialNumber).inserted, "each key is used once")
            let serial = try KeySerialNumber(decoding: pin.keySerialNumber)
            let host = try TransactionKey(initialKey: initial, serialNumber: serial, encipher: encipher)
            let working = try host.workingKey(for: .pinEncryption, encipher: encipher)
            let clear = try PINBlock(pin.block).pin(account: account, key: working, decipher: decipher)
            #expect(clear.copied() == Array("7319".utf8))
            let other = SecretBytes(copying: Array("4000001234567899".utf8))
            var wrong: [UInt8]?
            do {
                let found = try PINBlock(pin.block).pin(account: other, key: working, decipher: decipher)
                wrong = found.copied()
            } catch {}
            #expect(wrong != Array("7319".utf8))
        }
    }
}
