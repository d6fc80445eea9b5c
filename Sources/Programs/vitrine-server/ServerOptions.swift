internal import ArgumentParser
internal import Logging

/// Where the server listens: `HOST:PORT`, with an IPv6 address in brackets.
struct ListenAddress: ExpressibleByArgument, Sendable {
    var host: String
    var port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = argument[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }
}

struct ServerOptions: ParsableArguments {
    @Option(help: "The server's state folder, made by `vitrinectl init`.")
    var state: String

    @Option(help: "Address to listen at, HOST:PORT; port 0 takes a free one (see --ready-file).")
    var listen = ListenAddress(argument: "0.0.0.0:8442")!

    @Option(help: "Path of the jailer; by default the vitrine-cell beside this program.")
    var cellProgram: String?

    @Option(help: "File that gets \"HOST:PORT\\n\" once terminals can connect.")
    var readyFile: String?

    @Option(
        name: .customLong("library-folder"),
        help: """
            A folder of libraries that applications need, bound into their cells (repeatable). By default that of this
            program's Swift runtime, where it is outside of /usr.
            """)
    var libraryFolders: [String] = []

    @OptionGroup(title: "Payments")
    var payments: PaymentOptions

    @Option(help: "Sessions at a time.")
    var sessions = 64

    @Option(help: "Connections at a time.")
    var connections = 1024

    @Option(help: "Connections at a time from one address.")
    var connectionsPerAddress = 256

    @Option(
        help: "trace, debug, info, notice, warning, error or critical.",
        transform: { name in
            guard let level = Logger.Level(rawValue: name) else { throw ValidationError("no such level") }
            return level
        })
    var logLevel: Logger.Level = .info
}
