import EMV
import FuzzKit
import LinuxBase

/// The files of Tests/Fixtures/EMV. Each names where its lines come from.
enum Fixture {
    struct Unreadable: Error {
        let line: String
    }

    static func lines(_ name: String) throws -> [String] {
        let folder = Files.parent(of: Files.parent(of: #filePath)) + "/Fixtures/EMV/"
        let text = String(decoding: try Files.read(folder + name, limit: 1 << 20), as: UTF8.self)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }

    /// The parts of each line between "; ".
    static func parts(_ name: String, _ count: Int) throws -> [[String]] {
        try lines(name).map { line in
            let parts = line.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed }
            guard parts.count == count else { throw Unreadable(line: line) }
            return parts
        }
    }
}

extension Substring {
    var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

/// The bytes of hexadecimal digits that a test or a fixture has.
func hex(_ text: some StringProtocol) throws -> [UInt8] {
    guard let bytes = bytes(hexadecimal: String(text.filter { $0 != " " })) else {
        throw Fixture.Unreadable(line: String(text))
    }
    return bytes
}

/// Upper-case digits, as in card specifications.
func digits(_ bytes: [UInt8]) -> String { hexadecimal(bytes).uppercased() }

/// A session with a card, as traces.txt has it.
struct Trace: CustomStringConvertible, Sendable {
    let name: String
    let profile: TerminalProfile
    /// Commands, some of which end in a star, and responses.
    let exchanges: [(command: String, response: [UInt8])]
    /// "read …" or "failed …".
    let outcome: String
    var description: String { name }

    static func all() throws -> [Trace] {
        var traces: [Trace] = []
        var name = ""
        var profile = TerminalProfile.test
        var exchanges: [(command: String, response: [UInt8])] = []
        var command = ""
        for line in try Fixture.lines("traces.txt") {
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            guard words.count == 2 else { throw Fixture.Unreadable(line: line) }
            switch words[0] {
            case "card": (name, profile, exchanges) = (words[1], .test, [])
            case "terminal": profile.terminalType = try hex(words[1])[0]
            case "applications": profile.applications = try words[1].split(separator: " ").map { try hex($0) }
            case ">": command = words[1]
            case "<": exchanges.append((command, try hex(words[1])))
            case "read", "failed":
                traces.append(Trace(name: name, profile: profile, exchanges: exchanges, outcome: line))
            default: throw Fixture.Unreadable(line: line)
            }
        }
        return traces
    }

    func response(to command: [UInt8]) -> [UInt8]? {
        let text = digits(command)
        return exchanges.first { entry in
            entry.command == text || entry.command.hasSuffix("*") && text.hasPrefix(entry.command.dropLast())
        }?.response
    }
}

extension TerminalProfile {
    static let test = TerminalProfile(country: 276, merchant: "Café de la Gare")
}

extension CardTransaction {
    static func test(amount: UInt64 = 2490) throws -> CardTransaction {
        guard
            let transaction = CardTransaction(
                amount: amount, currency: 978, year: 26, month: 11, day: 23, unpredictable: [0xDE, 0xAD, 0xBE, 0xEF])
        else { throw Fixture.Unreadable(line: "\(amount)") }
        return transaction
    }
}
