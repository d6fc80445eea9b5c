import FuzzKit
import PIN
import Secrets
import Testing

/// The initial key's identifier in all published vectors.
let identifier: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56]

@Suite struct KeyTests {
    static let usages: [String: KeyUsage] = [
        "pin": .pinEncryption, "mac": .macGeneration, "data": .dataEncryption, "kek": .keyEncryption,
        "macverify": .macVerification, "macboth": .macBothWays, "decrypt": .dataDecryption, "databoth": .dataBothWays,
    ]

    @Test func `the host's keys are the published ones`() throws {
        var compared = 0
        for line in try fixture("aes-dukpt.txt") {
            let baseKey = secret(hexadecimal: line[0])
            let counter = try #require(UInt32(line[1], radix: 16))
            let expected = secret(hexadecimal: line[3])
            let isRight: Bool
            switch line[2] {
            case "initial":
                let made = try TransactionKey.initialKey(baseKey: baseKey, identifier: identifier, encipher: aes)
                isRight = made.isEqual(to: expected)
            case "refused":
                #expect(throws: PINError.badSerialNumber) {
                    try KeySerialNumber(identifier: identifier, counter: counter)
                }
                isRight = true
            default:
                let number = try KeySerialNumber(identifier: identifier, counter: counter)
                let key = try TransactionKey(baseKey: baseKey, serialNumber: number, encipher: aes)
                if line[2] == "next" {
                    isRight = key.isKey(expected)
                } else {
                    let usage = try #require(Self.usages[String(line[2].dropLast(3))])
                    let size = try #require(Int(line[2].suffix(3)).flatMap { KeySize(rawValue: $0 / 8) })
                    let made = try key.workingKey(for: usage, size: size, encipher: aes)
                    isRight = made.isEqual(to: expected)
                }
            }
            #expect(isRight, "\(line)")
            compared += 1
        }
        #expect(compared == 87)
    }

    @Test func `a key serial number is twelve bytes with 1 to 16 bits in its counter`() throws {
        let number = try KeySerialNumber(decoding: identifier + [0, 1, 0xFF, 0xFE])
        #expect(number.counter == 0x1FFFE && number.identifier == identifier)
        #expect(number.bytes == identifier + [0, 1, 0xFF, 0xFE])
        for bytes in [
            [], identifier, identifier + [0, 0, 0, 0], identifier + [0, 1, 0xFF, 0xFF], identifier + [1, 1, 1, 1, 1],
        ] {
            #expect(throws: PINError.badSerialNumber, "\(bytes)") { try KeySerialNumber(decoding: bytes) }
        }
    }

    @Test func `keys of other lengths and working keys that are too strong are refused`() throws {
        let number = try KeySerialNumber(identifier: identifier, counter: 1)
        #expect(throws: PINError.badKeyLength(17)) {
            _ = try TransactionKey(baseKey: SecretBytes(count: 17), serialNumber: number, encipher: aes)
        }
        #expect(throws: PINError.workingKeyTooStrong) {
            let key = try TransactionKey(baseKey: SecretBytes(count: 16), serialNumber: number, encipher: aes)
            _ = try key.workingKey(for: .pinEncryption, size: .aes192, encipher: aes)
        }
        #expect(throws: PINError.cipher) {
            _ = try TransactionKey(baseKey: SecretBytes(count: 16), serialNumber: number) { _, _ in nil }
        }
    }
}
