internal import ArgumentParser
internal import Correspondence
internal import Database
internal import FoundationEssentials
internal import Pictures

/// Which state folder.
struct StateOption: ParsableArguments {
    @Option(help: "The server's state folder.")
    var state: String?

    var path: String {
        let given = state ?? ProcessInfo.processInfo.environment["VITRINE_STATE"] ?? "/var/lib/vitrine"
        return given.count > 1 && given.hasSuffix("/") ? String(given.dropLast()) : given
    }

    func open() throws(DatabaseError) -> Directory { try Directory(opening: path) }
}

/// Why the tool will not do what it was asked; printed as it is, exit code 1.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// `host:port`, `[2001:db8::1]:port`.
struct ServerArgument: ExpressibleByArgument {
    let address: ServerAddress
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...]),
            port > 0
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        address = ServerAddress(host: String(host), port: port)
    }
}

/// `800x480`.
struct ScreenArgument: ExpressibleByArgument {
    let size: PixelSize
    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard parts.count == 2, parts.allSatisfy((64...4096).contains) else { return nil }
        size = PixelSize(width: parts[0], height: parts[1])
    }
}

/// `KEY=VALUE`; an empty value removes the key.
struct Assignment: ExpressibleByArgument {
    let key: String
    let value: String?
    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        key = String(argument[..<equals])
        let text = argument[argument.index(after: equals)...]
        value = text.isEmpty ? nil : String(text)
    }
}
