import FuzzKit
import ISO8583
import LinuxBase
import PIN
import Payments
import Rig
import Secrets
import TLS
import Testing

/// A terminal's PIN keys: its initial key from the issuer, its blocks under AES DUKPT. The cipher is OpenSSL's here,
/// and BoringSSL's in the issuer.
final class PINTerminal {
    private var register: DerivationRegister

    init(_ issuer: Issuer, identifier: String = "1234567890123456") throws {
        let file = issuer.folder + "-" + identifier
        try issuer.command(["initial-key", "--identifier", identifier, "--output", file])
        let text = String(decoding: try Files.read(file, limit: 256), as: UTF8.self).dropLast()
        register = try DerivationRegister(
            initialKey: SecretBytes(copying: try #require(bytes(hexadecimal: text))),
            identifier: try #require(bytes(hexadecimal: identifier)), encipher: Self.aes)
    }

    private static func aes(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
        BlockCipher.encipher(block, key: key)
    }

    func block(_ pin: String, for account: String) throws -> PINData {
        let key = try register.next(encipher: Self.aes)
        let working = try key.workingKey(for: .pinEncryption, encipher: Self.aes)
        let block = try PINBlock(
            enciphering: SecretBytes(copying: Array(pin.utf8)), account: SecretBytes(copying: Array(account.utf8)),
            fill: SecretBytes(copying: try Random.bytes(8)), key: working, encipher: Self.aes)
        return try #require(PINData(block: block.bytes, keySerialNumber: key.serialNumber.bytes))
    }
}

extension PaymentResult {
    var isApproved: Bool { if case .approved = self { true } else { false } }
    /// Field 39 of what was not approved; `-` where it was not the host that said so.
    var code: String {
        switch self {
        case .approved: "00"
        case .declined(_, let code): code?.rawValue ?? "-"
        case .needsMore(let request, let code): "\(code.rawValue) \(request.rawValue)"
        }
    }
}
