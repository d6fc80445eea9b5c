internal import ArgumentParser
internal import LinuxBase

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The key that signs releases.", subcommands: [New.self, Public.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key, for good: terminals are sealed to it when they are put into service.")
        @Option(help: "Where to write the private key (PEM, mode 0600); must not be there yet.")
        var out: String

        func run() throws {
            let key = try ReleaseKey.make(at: out)
            let point = key.point
            print("key made, fingerprint \(sha256([4] + point.x + point.y).hexadecimal)")
        }
    }

    struct Public: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes the public key, for vitrinectl release trust.")
        @Option(help: "The private key's file.")
        var key: String
        @Option(help: "Where to write the public key (PEM).")
        var out: String

        func run() throws {
            try Files.replace(out, with: Array(ReleaseKey(key).publicPEM.utf8), mode: 0o644)
        }
    }
}
