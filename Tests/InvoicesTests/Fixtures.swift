import FuzzKit
import Invoices
import LinuxBase
import Testing

/// The lines of a file of Tests/Fixtures/Invoices, without comments.
func lines(_ name: String) throws -> [String] {
    let folder = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/Invoices/"
    let text = String(decoding: try Files.read(folder + name, limit: 1 << 20), as: UTF8.self)
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
}

/// The lines "name, tab, code".
func codes(_ name: String) throws -> [(name: String, text: String)] {
    try lines(name).map { line in
        let parts = line.split(separator: "\t", maxSplits: 1)
        return (String(try #require(parts.first)), String(try #require(parts.last)))
    }
}

func code(named name: String) throws -> String {
    let all = try codes("codes.txt") + codes("made-codes.txt")
    return try #require(all.first { $0.name == name }).text
}

/// The checksum's four digits, by the polynomial itself and not by our code.
func checksum(_ text: String) -> String {
    var register: UInt16 = 0xFFFF
    for byte in text.utf8 {
        for bit in (0..<8).reversed() {
            let out = register >> 15 ^ UInt16(byte >> UInt8(bit) & 1)
            register = register << 1 ^ (out == 1 ? 0x1021 : 0)
        }
    }
    let digits = String(register, radix: 16, uppercase: true)
    return String(repeating: "0", count: 4 - digits.count) + digits
}

/// Data objects, one after the other.
func template(_ objects: [(String, String)]) -> String {
    objects.map { name, value in
        let count = value.unicodeScalars.count
        return name + (count < 10 ? "0" : "") + "\(count)" + value
    }.joined()
}

/// What reading the text throws; nil when it is an invoice.
func problem(_ text: String) -> CodeError? {
    do throws(CodeError) {
        _ = try MerchantCode.invoice(from: text)
        return nil
    } catch {
        return error
    }
}
