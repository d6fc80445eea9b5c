import FuzzKit
import LinuxBase
import PIN
import Secrets
import TLS

/// The lines of a file of Tests/Fixtures/PIN, split at spaces, without comments.
func fixture(_ name: String) throws -> [[String]] {
    let folder = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/PIN/"
    let text = String(decoding: try Files.read(folder + name, limit: 1 << 20), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
}

func aes(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
    BlockCipher.encipher(block, key: key)
}

func aesBackwards(_ key: borrowing SecretBytes, _ block: borrowing SecretBytes) -> SecretBytes? {
    BlockCipher.decipher(block, key: key)
}

func secret(hexadecimal text: String) -> SecretBytes { SecretBytes(copying: bytes(hexadecimal: text) ?? []) }
func secret(_ text: String) -> SecretBytes { SecretBytes(copying: Array(text.utf8)) }

func contents(_ secret: borrowing SecretBytes) -> [UInt8] { unsafe secret.withBytes { unsafe Array($0) } }
func text(_ secret: borrowing SecretBytes) -> String { String(decoding: contents(secret), as: UTF8.self) }
