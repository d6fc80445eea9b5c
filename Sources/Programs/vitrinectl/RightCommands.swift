internal import ArgumentParser
internal import Database
internal import FoundationEssentials

/// Which right.
struct RightOptions: ParsableArguments {
    @Option(help: "The terminal's name.")
    var terminal: String
    @Option(help: "The user's name.")
    var user: String
    @Option(name: [.customLong("app"), .customLong("application")], help: "The application's identifier.")
    var app: String
}

struct RightCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "right", abstract: "Who may run which application on which terminal.",
        subcommands: [Grant.self, Revoke.self, List.self])

    struct Grant: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Grants a right; a right that is there stays.")
        @OptionGroup var state: StateOption
        @OptionGroup var right: RightOptions

        func run() throws {
            let directory = try state.open()
            let (terminal, user, app) = (right.terminal, right.user, right.app)
            let now = Date()
            let isNew = try directory.grant(terminal: terminal, user: user, application: app, now: now)
            if isNew {
                try directory.note("granted", terminal: terminal, detail: "user \(user) application \(app)", now: now)
            }
            print("user \(user) \(isNew ? "may now" : "may already") run \(app) on terminal \(terminal)")
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes a right away.")
        @OptionGroup var state: StateOption
        @OptionGroup var right: RightOptions

        func run() throws {
            let directory = try state.open()
            let (terminal, user, app) = (right.terminal, right.user, right.app)
            let changed = try directory.revokeRight(terminal: terminal, user: user, application: app)
            if changed {
                let detail = "right of user \(user) to application \(app)"
                try directory.note("revoked", terminal: terminal, detail: detail, now: Date())
            }
            print("user \(user) \(changed ? "may no longer" : "could not") run \(app) on terminal \(terminal)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All rights, or those that match.")
        @OptionGroup var state: StateOption
        @Option(help: "Only this terminal.")
        var terminal: String?
        @Option(help: "Only this user.")
        var user: String?
        @Option(name: [.customLong("app"), .customLong("application")], help: "Only this application.")
        var app: String?

        func run() throws {
            var table = TextTable("terminal", "user", "application", "granted")
            for right in try state.open().rights(terminal: terminal, user: user, application: app) {
                table.add(right.terminal, right.user, right.application, right.granted.shown)
            }
            print(table.text)
        }
    }
}
