// vitrinectl: the operator's tool over a server's state folder: authority, terminals, their software, users, rights,
// applications, tables, sessions. Works beside a running server, which sees each change at its next look. Prints no secret. One thread.

internal import ArgumentParser

@main
struct Vitrinectl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrinectl",
        abstract: "Keeps the records of a Vitrine server.",
        discussion: """
            The state folder is given with --state, or in VITRINE_STATE; without either it is /var/lib/vitrine.
            Exit codes: 0 done, 1 refused or failed, 64 wrong usage.
            """,
        version: "vitrinectl 0.1",
        subcommands: [
            Initialise.self, EndorsementCommand.self, TerminalCommand.self, GroupCommand.self, ReleaseCommand.self,
            UserCommand.self, RightCommand.self, AppCommand.self, TableCommand.self, SessionCommand.self,
            LogCommand.self,
        ])
}
