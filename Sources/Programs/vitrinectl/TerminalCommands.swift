internal import Admission
internal import ArgumentParser
internal import Database
internal import FoundationEssentials
internal import LinuxBase

struct TerminalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "terminal", abstract: "Terminals: enrolment, certificates, attestations.",
        subcommands: [
            Enrol.self, List.self, Show.self, Attestations.self, Set.self, Revoke.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All terminals.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("name", "state", "group", "enrolled", "expires", "release", "serial")
            let now = Date()
            let directory = try state.open()
            for terminal in try directory.terminals() {
                let last = try directory.attestations(terminal: terminal.name, limit: 1).first
                table.add(
                    terminal.name, terminal.condition(now: now), terminal.group, terminal.enrolled.shown,
                    terminal.expires.shown, last.map { $0.release ?? $0.verdict.rawValue } ?? "-", terminal.serial)
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
            print("group        \(terminal.group)")
            if let next = terminal.next { print("renewed      serial \(next.serial), not used yet") }
            if let identity = terminal.identity {
                print("TPM          \(identity.endorsement.hexadecimal)")
                print("activated    \(identity.activated?.shown ?? "not yet")")
            } else {
                print("TPM          none: this terminal can attest nothing")
            }
            for attestation in try directory.attestations(terminal: name, limit: 1) {
                print("attested     \(attestation.at.shown) \(attestation.words)")
            }
            for (key, value) in try directory.terminalData(name).sorted(by: { $0.key < $1.key }) {
                print("data         \(key) = \(value)")
            }
            for right in try directory.rights(terminal: name) {
                print("right        user \(right.user), application \(right.application)")
            }
        }
    }

    struct Attestations: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What came of terminals' attestations; the newest first.")
        @OptionGroup var state: StateOption
        @Argument(help: "The terminal's name (default: all).")
        var name: String?
        @Option(help: "At most so many.")
        var limit = 50

        func run() throws {
            var table = TextTable("at", "terminal", "verdict", "release", "reason")
            for attestation in try state.open().attestations(terminal: name, limit: max(limit, 0)) {
                table.add(
                    attestation.at.shown, attestation.terminal, attestation.verdict.rawValue,
                    attestation.release ?? "-", attestation.reason)
            }
            print(table.text)
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
            discussion:
                "A connection that is open ends within seconds, a session on it too.")
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

extension AttestationRecord {
    var words: String {
        [verdict.rawValue, release.map { "release \($0)" }, reason.isEmpty ? nil : reason].compactMap { $0 }
            .joined(separator: ", ")
    }
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
    /// SHA-256, in hexadecimal.
    var digestText: String { Digests.sha256(self).hexadecimal }
}
