import FuzzKit
import PIN
import Secrets
import Testing

@Suite final class RegisterTests {
    static let baseKey = "FEDCBA9876543210F1F1F1F1F1F1F1F1"

    private func initialKey() throws -> SecretBytes {
        try TransactionKey.initialKey(
            baseKey: secret(hexadecimal: Self.baseKey), identifier: identifier, encipher: aes)
    }

    private func register() throws -> DerivationRegister {
        try DerivationRegister(initialKey: try initialKey(), identifier: identifier, encipher: aes)
    }

    /// The register that a device has when `counter` is next, made from the initial key by its definition.
    private func register(at counter: UInt32) throws -> DerivationRegister {
        let filled = DerivationRegister.places(filledAt: counter)
        var stored = [UInt8](repeating: 0, count: DerivationRegister.encodedBytes(.aes128))
        stored.replaceSubrange(0..<18, with: [1, 16] + identifier + four(counter) + four(filled))
        for place in 0..<UInt32(32) where filled & 1 << place != 0 {
            let above: UInt32 = place == 31 ? 0 : .max << (place + 1)
            let number = try KeySerialNumber(identifier: identifier, counter: counter & above | 1 << place)
            let slot = 18 + Int(place) * 16
            stored.replaceSubrange(slot..<slot + 16, with: try key(number))
        }
        return try DerivationRegister(decoding: SecretBytes(copying: stored))
    }

    private func four(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    /// The intermediate key of a counter, by another way: block by block with the cipher alone.
    private func key(_ number: KeySerialNumber) throws -> [UInt8] {
        var key = try initialKey()
        var counter: UInt32 = 0
        for bit in (0..<32).reversed() where number.counter & 1 << bit != 0 {
            counter |= 1 << bit
            let data: [UInt8] = [1, 1, 0x80, 0, 0, 2, 0, 0x80] + identifier.suffix(4) + four(counter)
            guard let next = aes(key, SecretBytes(copying: data)) else { throw PINError.cipher }
            key = next
        }
        return contents(key)
    }

    @Test func `a new register holds the published keys, and one less after a transaction`() throws {
        // 2^0, 2^1, 2^2, 2^3 and 2^17 of the published intermediate keys.
        var register = try register()
        var stored = contents(register.encoded())
        func slot(_ place: Int) -> String { hexadecimal(Array(stored[18 + place * 16..<34 + place * 16])) }
        #expect(slot(0) == "4f21b565bad9835e112b6465635eae44")
        #expect(slot(1) == "2f34d68de10f68d38091a73b9e7c437c")
        #expect(slot(2) == "0eefc7ada628ba68878da9165a8a1887")
        #expect(slot(3) == "718ee6cf0b27e53d5f7af99c4d8146a2")
        #expect(slot(17) == "f7ae9025468a25d37b7249cffed224c8")
        _ = try register.next(encipher: aes)
        stored = contents(register.encoded())
        #expect(slot(0) == hexadecimal([UInt8](repeating: 0, count: 16)))
        _ = try register.next(encipher: aes)
        stored = contents(register.encoded())
        #expect(slot(0) == "031504e530365cf81264238540518318")
        #expect(slot(1) == hexadecimal([UInt8](repeating: 0, count: 16)))
    }

    @Test(arguments: [1, 0x00FF, 0xFFFE, 0x1_FFF0, 0x3F_FE00, 0x7FFF_4000, 0xFFFE_0000])
    func `device and host agree on every transaction`(start: UInt32) throws {
        var register = try register(at: start)
        let initialKey = try initialKey()
        var counters: [UInt32] = []
        for _ in 0..<300 {
            guard let announced = register.nextSerialNumber else { break }
            let device = try register.next(encipher: aes)
            #expect(device.serialNumber == announced)
            let host = try TransactionKey(initialKey: initialKey, serialNumber: announced, encipher: aes)
            let mine = try device.workingKey(for: .pinEncryption, encipher: aes)
            let theirs = try host.workingKey(for: .pinEncryption, encipher: aes)
            #expect(contents(mine) == contents(theirs))
            counters.append(announced.counter)
        }
        #expect(zip(counters, counters.dropFirst()).allSatisfy { $0 < $1 })
        #expect(counters.allSatisfy { $0.nonzeroBitCount <= 16 })
        // None that may be used is left out, as far as they follow closely.
        #expect(
            zip(counters, counters.dropFirst()).allSatisfy { a, b in
                b - a > 4096 || (a..<b).dropFirst().allSatisfy { $0.nonzeroBitCount > 16 }
            })
    }

    @Test func `the register holds what is still to come, and nothing that was`() throws {
        for start: UInt32 in [1, 0xFFFE, 0x1_FFF0] {
            var register = try register(at: start)
            for _ in 0..<64 {
                let used = try register.next(encipher: aes)
                let stored = contents(register.encoded())
                let keys = (0..<32).map { Array(stored[18 + $0 * 16..<34 + $0 * 16]) }
                for (place, key) in keys.enumerated() {
                    #expect((key == [UInt8](repeating: 0, count: 16)) == (register.filled & 1 << place == 0))
                }
                let past = try key(used.serialNumber)
                #expect(!keys.contains(past))
                guard let coming = register.nextSerialNumber else { continue }
                let future = try key(coming)
                #expect(keys.contains(future))
            }
        }
    }

    @Test func `the last counters are the published ones, and then life is over`() throws {
        var register = try register(at: 0xFFFE_2000)
        var counters: [UInt32] = []
        while let number = register.nextSerialNumber {
            counters.append(number.counter)
            _ = try register.next(encipher: aes)
        }
        #expect(counters == [0xFFFE_2000, 0xFFFE_4000, 0xFFFE_8000, 0xFFFF_0000])
        #expect(throws: PINError.exhausted) { _ = try register.next(encipher: aes) }
        // Nothing is left to find, and that state can be stored as well.
        let stored = register.encoded()
        #expect(contents(stored).dropFirst(10).allSatisfy { $0 == 0 })
        var again = try DerivationRegister(decoding: stored)
        #expect(throws: PINError.exhausted) { _ = try again.next(encipher: aes) }
    }

    @Test func `counters with more than 16 bits are stepped over`() {
        #expect(KeySerialNumber.next(after: 1) == 2)
        #expect(KeySerialNumber.next(after: 0x1FFFE) == 0x20000)
        #expect(KeySerialNumber.next(after: 0xFFFF) == 0x10000)
        #expect(KeySerialNumber.next(after: 0xFFFE_8000) == 0xFFFF_0000)
        #expect(KeySerialNumber.next(after: 0xFFFF_0000) == nil)
    }

    @Test func `what is stored is what is read`() throws {
        for size in KeySize.allCases {
            let key = SecretBytes(copying: (0..<size.rawValue).map { UInt8($0 + 1) })
            var register = try DerivationRegister(initialKey: key, identifier: identifier, encipher: aes)
            for _ in 0..<37 { _ = try register.next(encipher: aes) }
            var read = try DerivationRegister(decoding: register.encoded())
            #expect(read.size == size && read.identifier == identifier && read.counter == 38)
            let mine = try register.next(encipher: aes)
            let theirs = try read.next(encipher: aes)
            let myKey = contents(try mine.workingKey(for: .dataEncryption, encipher: aes))
            #expect(contents(try theirs.workingKey(for: .dataEncryption, encipher: aes)) == myKey)
            #expect(contents(register.encoded()) == contents(read.encoded()))
        }
    }

    @Test func `stored bytes of other lengths, versions, counters or places are refused`() throws {
        let good = contents(try register(at: 6).encoded())
        func refused(_ what: String, _ change: (inout [UInt8]) -> Void) {
            var bytes = good
            change(&bytes)
            #expect(throws: PINError.badRegister, "\(what)") {
                _ = try DerivationRegister(decoding: SecretBytes(copying: bytes))
            }
        }
        for count in [0, 1, 17, 18, good.count - 1] { refused("prefix \(count)") { $0.removeSubrange(count...) } }
        refused("longer") { $0.append(0) }
        refused("version") { $0[0] = 2 }
        refused("key size") { $0[1] = 24 }
        refused("no key size") { $0[1] = 0 }
        refused("counter 0 with keys") { $0.replaceSubrange(10..<14, with: [0, 0, 0, 0]) }
        refused("counter of 17 bits") { $0.replaceSubrange(10..<14, with: [0, 1, 0xFF, 0xFF]) }
        refused("another counter") { $0[13] = 4 }
        refused("another set of places") { $0[17] ^= 1 }
        refused("a key wiped") { $0.replaceSubrange(18 + 3 * 16..<18 + 4 * 16, with: [UInt8](repeating: 0, count: 16)) }
        refused("a key too many") { $0[18] = 1 }
    }

    @Test func `a cipher that fails costs no counter`() throws {
        var register = try register(at: 4)
        #expect(throws: PINError.cipher) { _ = try register.next { _, _ in nil } }
        #expect(register.counter == 4)
        let key = try register.next(encipher: aes)
        #expect(key.serialNumber.counter == 4)
    }
}
