internal import Admission
internal import ArgumentParser
internal import Correspondence
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Pictures
internal import Wire

struct TableCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "Correspondence tables for terminals.",
        discussion: """
            A terminal's table says which applications it may start, where they run, who may start them and what \
            they look like. Rows come from the rights (vitrinectl right) and the catalogue (vitrinectl app); edit \
            changes what they do not say. Nothing reaches a terminal unsigned: sign makes the next version, and the \
            server sends it.
            """,
        subcommands: [Edit.self, Show.self, Sign.self, Push.self, Export.self])

    /// Where servers are, and what the terminal's screen is like: what a table is made for.
    struct Target: ParsableArguments {
        @Option(name: .customLong("server"), help: "Where the terminal finds the server: HOST:PORT; may be repeated.")
        var servers: [ServerArgument]
        @Option(help: "The terminal's screen, in pixels (default: as last time, else 800x480).")
        var screen: ScreenArgument?
        @Option(help: "Font family of the trusted environment (default: as last time, else Inter).")
        var font: String?

        func validate() throws {
            let addresses = servers.map(\.address)
            guard (1...CorrespondenceLimits.servers).contains(addresses.count), Set(addresses).count == addresses.count
            else { throw ValidationError("--server: \(RowKey.servers.rule)") }
        }

        /// What is not given is as the terminal's last table had it.
        func settings(user: String, terminal: String, directory: Directory) throws -> TableSettings {
            let last = TableSettings(of: try directory.rowSettings(terminal: terminal))
            return TableSettings(
                user: user, servers: servers.map(\.address),
                screen: screen?.size ?? last?.screen ?? TableSettings.usualScreen,
                font: font ?? last?.font ?? TableSettings.usualFont)
        }
    }

    struct Edit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes an application's row, or the whole table; the terminal gets it when it is signed.",
            discussion: """
                What is not given stays as it is; an empty value puts back what the application's manifest, or the \
                table as a whole, says. Without --application, --user and --server are those of the whole table.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String
        @Option(help: "The user of the terminal, whose rights make the rows.")
        var user: String?
        @Option(name: [.customLong("application"), .customLong("app")], help: "The application's identifier.")
        var application: String?
        @Option(help: "Whether launchers may run the application by themselves when no server can: yes or no.")
        var localFallback: String?
        @Option(help: "Who may start it: home, anyone, user:NUMBER, with commas between.")
        var launchers: String?
        @Option(help: "Names of data in the terminal's sealed store that it may be given, with commas between.")
        var storedData: String?
        @Option(help: "Seconds without a key after which a session ends.")
        var idle: String?
        @Option(help: "Seconds after which a session ends.")
        var total: String?
        @Option(name: .customLong("server"), help: "Where it runs: HOST:PORT; may be repeated.")
        var servers: [String] = []

        /// The texts that were given, by key.
        private var given: [RowKey: String] {
            let texts: [RowKey: String?] = [
                .localFallback: localFallback, .launchers: launchers, .storedData: storedData, .idle: idle,
                .total: total, .servers: servers.isEmpty ? nil : servers.joined(separator: ","),
            ]
            return texts.compactMapValues { $0 }
        }

        func validate() throws {
            for key in RowKey.allCases {
                guard let text = given[key] else { continue }
                guard text.isEmpty || key.accepts(text) else {
                    throw ValidationError("--\(key == .servers ? "server" : key.rawValue): \(key.rule)")
                }
                guard key == .servers || application != nil else {
                    throw ValidationError("--\(key.rawValue) needs --application")
                }
            }
            guard user != nil || !given.isEmpty else { throw ValidationError("there is nothing to change") }
        }

        func run() throws {
            let directory = try state.open()
            guard try directory.terminal(named: terminal) != nil else {
                throw DatabaseError.unknown(.terminal, name: terminal)
            }
            if let user, try directory.user(named: user) == nil { throw DatabaseError.unknown(.user, name: user) }
            if let application { try edit(application, directory) }
            try editWhole(directory)
            let isSigned = try directory.signedTable(terminal: terminal) != nil
            print("kept; the terminal gets it with vitrinectl table \(isSigned ? "push" : "sign")")
        }

        private func edit(_ application: String, _ directory: Directory) throws {
            guard try directory.enabledApplication(application) != nil else {
                throw DatabaseError.unknown(.application, name: application)
            }
            let changes = given.map { ($0.key.rawValue, $0.value.isEmpty ? nil : $0.value) }
            try directory.setRowSettings(
                terminal: terminal, application: application, Dictionary(uniqueKeysWithValues: changes))
        }

        private func editWhole(_ directory: Directory) throws {
            var changes: [String: String?] = [:]
            if let user { changes[TableSettings.keys.user] = .some(user) }
            if application == nil, let servers = given[.servers] {
                guard !servers.isEmpty else { throw Complaint("a table has a server at least") }
                changes[TableSettings.keys.servers] = .some(servers)
            }
            guard !changes.isEmpty else { return }
            try directory.setRowSettings(terminal: terminal, application: TableSettings.application, changes)
        }
    }

    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes and signs a terminal's next table; the server sends it to the terminal.",
            discussion: """
                The table has a row for each application that the user may run on the terminal. It is signed with the \
                operator's key, which is made in the state folder when there is none.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String
        @Option(help: "The user's name.")
        var user: String
        @OptionGroup var target: Target

        func run() throws {
            let directory = try state.open()
            let settings = try target.settings(user: user, terminal: terminal, directory: directory)
            try TableCommand.sign(settings, terminal: terminal, directory: directory, state: state.path)
        }
    }

    struct Push: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Signs a terminal's next table for what the last was signed for; the server sends it to the terminal.",
            discussion: "Rights, applications and rows are as they are now.")
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String

        func run() throws {
            let directory = try state.open()
            guard let settings = TableSettings(of: try directory.rowSettings(terminal: terminal)) else {
                _ = try directory.terminal(ready: terminal, now: Date())
                throw Complaint("no table has been signed for terminal \(terminal) yet: vitrinectl table sign")
            }
            try TableCommand.sign(settings, terminal: terminal, directory: directory, state: state.path)
        }
    }

    private static func sign(
        _ settings: TableSettings, terminal: String, directory: Directory, state: String
    ) throws {
        let now = Date()
        _ = try directory.terminal(ready: terminal, now: now)
        let made = try TableMaker.records(
            directory: directory, state: state, terminal: terminal, user: settings.user, servers: settings.servers,
            screen: settings.screen, font: settings.font, now: now)
        print(made.words(terminal: terminal, user: settings.user))
        print("the server sends it within seconds, or when the terminal connects next")
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Signs a terminal's next table and writes what its sealed store needs, for vitrine-provision install.",
            discussion: """
                The bundle holds the terminal's certificate, the authority's, a new correspondence table with a row \
                for each application that the user may run on the terminal, the applications' logos, and the fonts \
                of the trusted environment. It holds no key: the terminal knows its operator's from its enrolment.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The terminal's name.")
        var terminal: String
        @Option(help: "The user's name.")
        var user: String
        @OptionGroup var target: Target
        @Option(help: "Where to write the bundle.")
        var out: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let record = try directory.terminal(ready: terminal, now: now)
            guard let authority = try directory.authority() else { throw AdmissionError.noAuthority }
            let settings = try target.settings(user: user, terminal: terminal, directory: directory)
            var records = try TableMaker.glyphs(screen: settings.screen, font: settings.font)
            let made = try TableMaker.records(
                directory: directory, state: state.path, terminal: terminal, user: user, servers: settings.servers,
                screen: settings.screen, font: settings.font, now: now)
            records.merge(made.records) { _, table in table }
            records["certificate"] = Array(record.certificate.utf8)
            records["roots"] = Array(authority.utf8)

            let pairs = records.map { (CBOR.text($0.key), CBOR.bytes($0.value)) }
            let bundle = CBOR.map(Dictionary(uniqueKeysWithValues: pairs)).encoded()
            try Files.replace(out, with: bundle, mode: 0o644)
            try directory.note(
                "exported", terminal: terminal, detail: "table \(made.version) for user \(user)", now: now)
            print("\(made.words(terminal: terminal, user: user)); \(bundle.count) bytes")
        }
    }
}

extension TableRecords {
    func words(terminal: String, user: String) -> String {
        "table \(version) for terminal \(terminal), user \(user): \(titles.joined(separator: ", "))"
    }
}
