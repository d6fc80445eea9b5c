internal import ArgumentParser
internal import Database
internal import FoundationEssentials

/// What becomes of a terminal that does not pass.
enum GroupMode: String, ExpressibleByArgument, CaseIterable {
    case enforce, report

    var attestation: GroupRecord.Attestation { self == .enforce ? .enforce : .report }
}

struct GroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Groups of terminals, and how they are judged.",
        subcommands: [Set.self, Assign.self, List.self])

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a group, or changes it; what is not given stays.",
            discussion: "A group that reports lets in terminals whose software nobody knows: for trials only.")
        @OptionGroup var state: StateOption
        @Argument(help: "The group's name.")
        var name: String
        @Option(help: "What becomes of who does not pass: enforce refuses, report notes it.")
        var attestation: GroupMode?
        @Option(help: "Seconds between attestations while a connection lasts.")
        var interval: Int?
        @Option(help: "Releases of a lower generation do not pass.")
        var minimum: UInt64?

        func run() throws {
            let directory = try state.open()
            var group = try directory.group(named: name) ?? GroupRecord(name: name)
            if let attestation { group.attestation = attestation.attestation }
            if let interval { group.interval = interval }
            if let minimum { group.minimum = minimum }
            try directory.setGroup(group)
            let detail =
                "group \(name): \(group.attestation), every \(group.interval) s, from generation \(group.minimum)"
            try directory.note("changed", terminal: nil, detail: detail, now: Date())
            print(detail)
        }
    }

    struct Assign: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Puts terminals into a group.")
        @OptionGroup var state: StateOption
        @Argument(help: "The group's name.")
        var name: String
        @Argument(help: "The terminals' names.")
        var terminals: [String]

        func run() throws {
            let directory = try state.open()
            for terminal in terminals {
                try directory.setGroup(name, terminal: terminal)
                try directory.note("assigned", terminal: terminal, detail: "group \(name)", now: Date())
                print("terminal \(terminal) is in group \(name)")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All groups.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("name", "attestation", "interval", "minimum", "terminals")
            let directory = try state.open()
            let terminals = try directory.terminals()
            for group in try directory.groups() {
                table.add(
                    group.name, group.attestation.rawValue, "\(group.interval)", "\(group.minimum)",
                    "\(terminals.filter { $0.group == group.name }.count)")
            }
            print(table.text)
        }
    }
}
