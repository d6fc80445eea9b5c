import FuzzKit
import ISO8583
import LinuxBase
import Testing

/// A message of Tests/Fixtures/ISO8583: its bytes, and its fields as they stand on the wire.
struct GoldenMessage: CustomStringConvertible {
    let bytes: [UInt8]
    let fields: [(number: Int, characters: [UInt8])]
    var description: String { String(decoding: bytes.prefix(80), as: UTF8.self) }

    static func all() throws -> [GoldenMessage] {
        let path = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/ISO8583/golden.txt"
        let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let words = line.split(separator: " ")
            return GoldenMessage(
                bytes: try #require(octets(words[0])),
                fields: try words.dropFirst().map { word in
                    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
                    return (try #require(Int(parts[0])), try #require(octets(parts[1])))
                })
        }
    }
}

/// The type has a property of the function's name.
private func octets(_ text: Substring) -> [UInt8]? { bytes(hexadecimal: text) }

/// Field `number`'s value from its characters on the wire.
func value(_ number: Int, _ characters: [UInt8]) -> [UInt8]? {
    guard Specification.ascii1987[number]?.content == .binary else { return characters }
    return bytes(hexadecimal: String(decoding: characters, as: UTF8.self))
}

/// What `body` throws; nil when it does not.
func problem(_ body: () throws(MessageError) -> Void) -> MessageError? {
    do throws(MessageError) {
        try body()
        return nil
    } catch {
        return error
    }
}
