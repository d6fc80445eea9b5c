import FuzzKit
import ISO8583
import Invoices
import PIN
import Secrets
import Wire

/// What is read at the counter and between acquirer and issuer: merchants' codes, tags, messages, stored PIN keys.
enum CounterTargets {
    static let all = [
        merchantCode, sealedMerchantCode, ndef, tag, hostMessage, pinRegister, pinField, keySerialNumber,
    ]

    private static let codes = [
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
            + "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016"
            + "A0112233449988770708123456786304A13A",
        "00020102164000123456789012520452515303840540210550202560510.255802US5911ABC Hammers6008New York6304DC4B",
        "0002010216400012345678901252045251530384054021055020357043.005802US5911ABC Hammers6008New York63049A18",
    ]

    /// What is accepted can be carried by the wire, whatever is entered.
    private static func isSound(_ invoice: CodedInvoice) throws -> Bool {
        for (amount, tip) in [(nil, nil), (1, nil), (nil, 0), (UInt64.max, UInt64.max)] as [(UInt64?, UInt64?)] {
            guard let made = invoice.invoice(amount: amount, tip: tip) else { continue }
            guard made.amount > 0, try Invoice(cbor: made.cbor) == made else { return false }
        }
        return invoice.country.utf8.count == 2 && invoice.currency.utf8.count == 3
    }

    static let merchantCode = FuzzTarget(name: "merchant-code", corpus: codes.map { Array($0.utf8) }, limit: 4096) {
        input in
        verdict(CodeError.self) { try isSound(try MerchantCode.invoice(from: input)) }
    }

    /// The same behind a checksum that is always right: without it nearly nothing gets past that.
    static let sealedMerchantCode = FuzzTarget(
        name: "merchant-code-sealed", corpus: codes.map { Array($0.utf8.dropLast(8)) }, limit: 4096
    ) { input in
        let text = input + Array("6304".utf8)
        let digits = String(checksum(text), radix: 16, uppercase: true)
        return verdict(CodeError.self) {
            try isSound(
                try MerchantCode.invoice(
                    from: text + Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8)))
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        bytes.reduce(UInt16(0xFFFF)) { register, byte in
            (0..<8).reduce(register ^ UInt16(byte) << 8) { value, _ in
                value & 0x8000 == 0 ? value << 1 : value << 1 ^ 0x1021
            }
        }
    }

    private static let messages: [[UInt8]] = [
        [0xD1, 1, 15, 0x55, 0] + Array("vitrine:wallet".utf8),
        [0xD1, 1, 6, 0x54, 0x02, 0x65, 0x6E] + Array("abc".utf8),
        [0xB1, 1, 2, 0x54, 0x80, 0x00, 0x36, 0, 1, 0x48, 0x56, 0, 2, 0x00, 0x69],
        [0x99, 1, 1, 2, 0x58, 0x69, 0x64, 7, 0x41, 1, 0, 0, 0, 2, 0x55, 3, 0x61],
        [0xC1, 1, 0, 0, UInt8(codes[0].utf8.count >> 8), UInt8(codes[0].utf8.count & 0xFF) + 1, 0x54, 0]
            + Array(codes[0].utf8),
    ]

    static let ndef = FuzzTarget(name: "ndef", corpus: messages, limit: 4096) { input in
        verdict(NDEFError.self) {
            let message = try NDEFMessage(decoding: input)
            let size = message.records.reduce(0) { $0 + $1.payload.count + $1.type.count + $1.identifier.count }
            guard (1...64).contains(message.records.count), size <= input.count else { return false }
            // Most messages ask for no money, which is fine.
            guard case .code(let invoice)? = try? message.content() else { return true }
            return try isSound(invoice)
        }
    }

    private static let container: [UInt8] = [0, 15, 0x20, 0, 0x3B, 0, 0x34, 4, 6, 0xE1, 4, 0, 20, 0, 0]
    private static let extended: [UInt8] = [0, 17, 0x30, 0, 15, 0, 0x34, 6, 8, 0xE1, 4, 0, 1, 0, 0]
    private static let conversations: [[[UInt8]]] = [
        [[], [], container, [], [0, 5], [1, 2, 3], [4, 5]],
        [[], [], extended, [0, 0], [], [0, 0, 0, 3], [1, 2, 3]],
    ]

    /// Each answer with its length in front.
    private static func framed(_ answers: [[UInt8]]) -> [UInt8] {
        answers.flatMap { answer -> [UInt8] in [UInt8(answer.count + 2)] + answer + [0x90, 0x00] }
    }

    static let tag = FuzzTarget(name: "tag", corpus: conversations.map(framed), limit: 4096) { input in
        var reading = TagReading()
        var step = reading.start()
        var rest = input[...]
        while true {
            switch step {
            case .done(let message):
                return message.isEmpty || message.count > input.count ? .broken("a message out of nothing") : .accepted
            case .failed: return .refused
            case .transmit(let command):
                guard (5...13).contains(command.count), let count = rest.popFirst() else { return .refused }
                let answer = Array(rest.prefix(Int(count)))
                rest = rest.dropFirst(Int(count))
                step = unsafe reading.take(answer.span.bytes)
            }
        }
    }

    static let hostMessage = FuzzTarget(
        name: "iso8583",
        corpus: [
            "0200723800000000800016400000123456789900000000000000249011230830000000420930001123978",
            "021000200000021000009999995116NOT ENOUGH MONEY",
            "0800822000000000000004000000000000001123083000000001301",
            "042080200000000000000000004000000000000042020000004211230830000123456789000000000000",
            "02000000001020001001C00000100214000001234567899=30120123456789ABCDEFFEDCBA9876543210",
            "01108000000000000000000000000004000005600112233445566778899AABBCCDDEEFF123456789012345600000001",
        ].map { Array($0.utf8) }
    ) { input in
        verdict(MessageError.self) {
            let message = try Message(decoding: input)
            let again = try message.encoded()
            // Small hexadecimal letters and an empty second bitmap are written otherwise; the message is the same.
            guard try Message(decoding: again) == message, again.count <= input.count else { return false }
            _ = (message[.amount], message[.transmitted], message[.original], message[.pinData], message.local)
            return "\(message)".utf8.count < 600
        }
    }

    private static let identifier: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56]

    /// Not AES: nobody needs to be kept from anything here, and it never fails.
    private static func mix(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
        SecretBytes(copying: [UInt8](repeating: 0xA5, count: 16))
    }

    static let pinRegister = FuzzTarget(
        name: "pin-register",
        corpus: [16, 32].compactMap { bytes in
            guard
                let register = try? DerivationRegister(
                    initialKey: SecretBytes(count: bytes), identifier: identifier, encipher: mix)
            else { return nil }
            return copy(of: register.encoded())
        }, limit: 1100
    ) { input in
        verdict(PINError.self) {
            var register = try DerivationRegister(decoding: SecretBytes(copying: input))
            guard copy(of: register.encoded()) == input else { return false }
            guard let number = register.nextSerialNumber else { return true }
            let key = try register.next(encipher: mix)
            let later = register.nextSerialNumber?.counter ?? .max
            return key.serialNumber == number && later > number.counter
        }
    }

    static let pinField = FuzzTarget(
        name: "pin-field",
        corpus: ["441234AAAAAAAAAA2F69ADDE2E9E7ACE", "4C123456789012AA8A268C65E92C3B39"].compactMap {
            bytes(hexadecimal: $0)
        }, limit: 20
    ) { input in
        verdict(PINError.self) {
            let block = try PINBlock(input)
            // Deciphering by doing nothing, under an account of zeros, leaves the field as it is.
            let pin = try block.pin(
                account: SecretBytes(copying: [UInt8](repeating: 0x30, count: 12)), key: SecretBytes(count: 16)
            ) { key, block in SecretBytes(copying: copy(of: block)) }
            return PINBlock.pinDigits.contains(pin.count) && copy(of: pin).allSatisfy { (0x30...0x39).contains($0) }
        }
    }

    static let keySerialNumber = FuzzTarget(
        name: "key-serial-number", corpus: [identifier + [0, 0, 0, 1], identifier + [0xFF, 0xFF, 0, 0]], limit: 16
    ) { input in
        verdict(PINError.self) { try KeySerialNumber(decoding: input).bytes == input }
    }

    private static func copy(of secret: borrowing SecretBytes) -> [UInt8] {
        unsafe secret.withBytes { unsafe Array($0) }
    }

    /// `body` throws a `Refusal` to refuse, and returns whether what it accepted is sound.
    private static func verdict<Refusal: Error>(
        _ refusal: Refusal.Type, _ body: () throws -> Bool
    ) -> FuzzTarget.Verdict {
        do {
            return try body() ? .accepted : .broken("accepted, but not sound")
        } catch is Refusal {
            return .refused
        } catch {
            return .broken("an error of another module: \(error)")
        }
    }
}
