internal import Crypto
internal import LinuxBase
internal import PIN
internal import Secrets

/// The issuer's two keys, each hexadecimal in a file of mode 0600, made where it is missing: `issuer.key`, under which
/// account numbers, PINs and codes are kept; and `base-derivation.key`, from which terminals' PIN keys come.
/// (A bank has a hardware security module for both.)
final class IssuerKeys: Sendable {
    private let own: SecretBytes
    private let base: SecretBytes

    private enum Purpose: String {
        case account, pin, identification, code
    }

    init(folder: String) throws {
        if !Files.isFolder(folder) { try Files.makeFolder(folder) }
        own = try Self.read(folder + "/issuer.key", sizes: [32])
        base = try Self.read(folder + "/base-derivation.key", sizes: KeySize.allCases.map(\.rawValue))
    }

    private static func read(_ path: String, sizes: [Int]) throws -> SecretBytes {
        if !Files.exists(path) {
            var bytes = try Random.bytes(32)
            try Files.replace(path, with: Array((bytes.hexadecimal + "\n").utf8), mode: 0o600)
            wipe(&bytes)
        }
        guard try Files.status(path).mode & 0o077 == 0 else {
            throw Complaint("\(path) can be read by others: its mode must be 0600")
        }
        var text = try Files.read(path, limit: 256)
        defer { wipe(&text) }
        while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 { text.removeLast() }
        guard var key = [UInt8](hexadecimal: text), sizes.contains(key.count) else {
            throw Complaint("\(path) must hold a key of \(sizes) bytes in hexadecimal")
        }
        defer { wipe(&key) }
        return SecretBytes(copying: key)
    }

    /// An account is found by this. Of a number with ten digits known there are few to try: it is worth what the key
    /// is.
    func digest(account: [UInt8]) -> [UInt8] { code(.account, account) }

    func reference(pin: borrowing SecretBytes, account: [UInt8], salt: [UInt8]) -> [UInt8] {
        var digits = pin.copied()
        defer { wipe(&digits) }
        return code(.pin, salt + digest(account: account) + digits)
    }

    func reference(identification: [UInt8], account: [UInt8], salt: [UInt8]) -> [UInt8] {
        code(.identification, salt + digest(account: account) + identification)
    }

    /// The one-time code number `counter` of an account: six digits by RFC 4226's truncation, over SHA-256.
    func oneTimeCode(account digest: [UInt8], counter: Int64) -> [UInt8] {
        let octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: counter >> Int64($0 * 8)) }
        let mac = code(.code, digest + octets)
        let offset = Int(mac[31] & 15)
        let number = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(mac[offset + $1]) } & 0x7FFF_FFFF
        let digits = String(number % 1_000_000)
        return Array((String(repeating: "0", count: 6 - digits.utf8.count) + digits).utf8)
    }

    private func code(_ purpose: Purpose, _ bytes: [UInt8]) -> [UInt8] {
        var key = own.copied()
        defer { wipe(&key) }
        return Array(
            HMAC<SHA256>.authenticationCode(
                for: Array(purpose.rawValue.utf8) + [0] + bytes, using: SymmetricKey(data: key)))
    }

    /// The PIN of a block, as ASCII digits.
    func pin(_ block: [UInt8], serialNumber: [UInt8], account: borrowing SecretBytes) throws(PINError) -> SecretBytes {
        let block = try PINBlock(block)
        let serialNumber = try KeySerialNumber(decoding: serialNumber)
        let transaction = try TransactionKey(baseKey: base, serialNumber: serialNumber, encipher: BlockCipher.encipher)
        // A terminal may use any size up to its base key's; Vitrine's use the same.
        let key = try transaction.workingKey(for: .pinEncryption, encipher: BlockCipher.encipher)
        return try block.pin(account: account, key: key, decipher: BlockCipher.decipher)
    }

    /// What goes into a terminal: `identifier` is 8 bytes.
    func initialKey(_ identifier: [UInt8]) throws(PINError) -> SecretBytes {
        try TransactionKey.initialKey(baseKey: base, identifier: identifier, encipher: BlockCipher.encipher)
    }
}
