internal import Admission
internal import ArgumentParser
internal import Database
internal import FoundationEssentials
internal import LinuxBase

struct TerminalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "Terminals and their certificates.",
        subcommands: [Enrol.self, List.self, Show.self, Set.self, Revoke.self])

    struct Enrol: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Issues a certificate for the key of a terminal, and records the terminal.")
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's certificate request (PEM), as vitrine-provision init writes it.")
        var csr: String
        @Option(help: "The terminal's name.")
        var name: String
        @Option(help: "Where to write the certificate (PEM).")
        var out: String
        @Option(help: "Days that the certificate lasts; may be a fraction.")
        var days: Double = 397
        @Flag(help: "Replace the certificate of a terminal that is enrolled already; its rights stay.")
        var replace = false

        func run() throws {
            let directory = try state.open()
            try RecordLimits.check(.terminal, name)
            if !replace, try directory.terminal(named: name) != nil {
                throw Complaint("terminal \(name) is enrolled already; --replace gives it a new certificate")
            }
            let authority = try CertificateAuthority.open(state: state.path, directory: directory)
            let request: [UInt8]
            do throws(Files.ReadError) {
                request = try Files.read(csr, limit: CertificateAuthority.requestBytes)
            } catch {
                throw Complaint("cannot read the certificate request: \(error.text)")
            }
            let now = Date()
            let issued = try authority.issueTerminal(
                request: String(decoding: request, as: UTF8.self), name: name, lifetime: days * 86400, now: now)
            try directory.enrol(
                TerminalRecord(
                    name: name, fingerprint: issued.fingerprint, serial: issued.serial, certificate: issued.pem,
                    enrolled: now, expires: issued.notAfter),
                replacing: replace)
            try Files.replace(out, with: Array(issued.pem.utf8), mode: 0o644)
            try directory.note(
                "enrolled", terminal: name, detail: "serial \(issued.serial) until \(issued.notAfter.shown)", now: now)
            print("terminal \(name) enrolled, serial \(issued.serial), valid until \(issued.notAfter.shown)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All terminals.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("name", "state", "enrolled", "expires", "serial")
            let now = Date()
            for terminal in try state.open().terminals() {
                table.add(
                    terminal.name, terminal.condition(now: now), terminal.enrolled.shown, terminal.expires.shown,
                    terminal.serial)
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One terminal, its data and the rights on it.")
        @OptionGroup var state: StateOption
        @Argument(help: "The terminal's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            guard let terminal = try directory.terminal(named: name) else {
                throw DatabaseError.unknown(.terminal, name: name)
            }
            print("name         \(terminal.name)")
            print("state        \(terminal.condition(now: Date()))")
            print("enrolled     \(terminal.enrolled.shown)")
            print("expires      \(terminal.expires.shown)")
            if let revoked = terminal.revoked { print("revoked      \(revoked.shown)") }
            print("serial       \(terminal.serial)")
            print("fingerprint  \(terminal.fingerprint.hexadecimal)")
            for (key, value) in try directory.terminalData(name).sorted(by: { $0.key < $1.key }) {
                print("data         \(key) = \(value)")
            }
            for right in try directory.rights(terminal: name) {
                print("right        user \(right.user), application \(right.application)")
            }
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets data of a terminal that applications may be given.")
        @OptionGroup var state: StateOption
        @Argument(help: "The terminal's name.")
        var name: String
        @Argument(help: "KEY=VALUE; KEY= removes the key.")
        var data: [Assignment]

        func run() throws {
            let changes = Dictionary(data.map { ($0.key, $0.value) }) { _, last in last }
            try state.open().setTerminalData(name, changes)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuses a terminal's certificate from now on.",
            discussion: "Sessions that run already end by themselves; the terminal starts no new ones.")
        @OptionGroup var state: StateOption
        @Argument(help: "The terminal's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let changed = try directory.revokeTerminal(name, now: now)
            if changed { try directory.note("revoked", terminal: name, detail: "", now: now) }
            print("terminal \(name) \(changed ? "is revoked" : "was revoked already")")
        }
    }
}

extension TerminalRecord {
    func condition(now: Date) -> String { revoked != nil ? "revoked" : expires < now ? "expired" : "enrolled" }
}

extension Files.ReadError {
    var text: String {
        switch self {
        case .system(let error): error.description
        case .tooLarge(let path, let limit): "\(path) has more than \(limit) bytes"
        }
    }
}

extension [UInt8] {
    var hexadecimal: String {
        let digits = [Character]("0123456789abcdef")
        return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
