internal import Crypto
internal import FoundationEssentials
internal import LinuxBase

/// A user's four-digit code as it is kept: never in clear, but four digits are quickly tried by whoever has the records.
/// This issuer is for demonstrations; a bank keeps its codes in its own systems.
struct SecretCode {
    let salt: [UInt8]
    let hash: [UInt8]

    /// Four digits, with a fresh salt.
    init(_ code: String) throws {
        guard code.utf8.count == 4, code.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw Complaint("a code has four digits")
        }
        salt = try Random.bytes(16)
        let code = HMAC<SHA256>.authenticationCode(for: Array(code.utf8), using: SymmetricKey(data: salt))
        hash = Array(code)
    }

    /// As the wallet reads it.
    var data: [String: String] { ["code_salt": salt.hexadecimal, "code_hash": hash.hexadecimal] }
}
