internal import Secrets
internal import TLS

/// Whether a code is the right one, without knowing it. Complementary data of the request:
///
/// | name | text |
/// |---|---|
/// | `code_salt` | 8 to 64 bytes, hexadecimal |
/// | `code_hash` | HMAC-SHA-256 with the salt as key over the code's ASCII digits, hexadecimal |
struct CodeCheck: Sendable {
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

    static let hashBytes = 32
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// nil when there is neither salt nor hash: the account has no code.
    init?(data: [String: String]) throws(Problem) {
        if data["code_salt"] == nil && data["code_hash"] == nil { return nil }
        salt = try Self.bytes("code_salt", data)
        guard (8...64).contains(salt.count) else { throw .bad("code_salt") }
        hash = try Self.bytes("code_hash", data)
        guard hash.count == Self.hashBytes else { throw .bad("code_hash") }
    }

    private static func bytes(_ name: String, _ data: [String: String]) throws(Problem) -> [UInt8] {
        guard let text = data[name] else { throw .missing(name) }
        guard let bytes = hexadecimal(text) else { throw .bad(name) }
        return bytes
    }

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
