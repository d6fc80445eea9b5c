internal import Secrets
internal import TLS

/// What the server gathered about the payer's account: the complementary data of the request.
///
/// | name | text |
/// |---|---|
/// | `balance` | what is there, in minor units, decimal |
/// | `limit` | the most that is paid without identification, in minor units, decimal |
/// | `code_salt` | 8 to 64 bytes, hexadecimal |
/// | `code_hash` | HMAC-SHA-256 with the salt as key over the code's ASCII digits, hexadecimal |
struct Account: Sendable {
    enum Problem: Error, Equatable, Sendable, CustomStringConvertible {
        case missing(String)
        /// Says which, never what it was.
        case bad(String)
        var description: String {
            switch self {
            case .missing(let name): "The \(name.replacing("_", with: " ")) is missing"
            case .bad(let name): "The \(name.replacing("_", with: " ")) is not valid"
            }
        }
    }

    let balance: UInt64
    let limit: UInt64
    let code: CodeCheck

    init(_ data: [String: String]) throws(Problem) {
        balance = try Self.number("balance", data)
        limit = try Self.number("limit", data)
        let salt = try Self.bytes("code_salt", data)
        guard (8...64).contains(salt.count) else { throw .bad("code_salt") }
        let hash = try Self.bytes("code_hash", data)
        guard hash.count == CodeCheck.hashBytes else { throw .bad("code_hash") }
        code = CodeCheck(salt: salt, hash: hash)
    }

    private static func number(_ name: String, _ data: [String: String]) throws(Problem) -> UInt64 {
        guard let text = data[name] else { throw .missing(name) }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = UInt64(text) else { throw .bad(name) }
        return value
    }

    private static func bytes(_ name: String, _ data: [String: String]) throws(Problem) -> [UInt8] {
        guard let text = data[name] else { throw .missing(name) }
        guard let bytes = hexadecimal(text) else { throw .bad(name) }
        return bytes
    }
}

/// Whether a code is the right one, without knowing it.
struct CodeCheck: Sendable {
    static let hashBytes = 32
    let salt: [UInt8]
    let hash: [UInt8]

    /// Takes the same time whatever the digits are.
    func matches(_ digits: borrowing SecretBytes) -> Bool {
        guard let found = Digest.hmacSHA256(key: salt, message: digits) else { return false }
        return found.isEqual(to: SecretBytes(copying: hash))
    }
}

/// The bytes of an even number of hexadecimal digits; nil for anything else.
func hexadecimal(_ text: String) -> [UInt8]? {
    let digits = text.utf8.map { byte -> UInt8? in
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var result: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[index], let low = digits[index + 1] else { return nil }
        result.append(high << 4 | low)
    }
    return result
}
