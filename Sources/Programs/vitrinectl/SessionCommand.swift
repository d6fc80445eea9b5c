internal import ArgumentParser
internal import Database
internal import FoundationEssentials

struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Sessions that run or have run.", subcommands: [List.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest sessions first.")
        @OptionGroup var state: StateOption
        @Flag(help: "Only those that run.")
        var open = false
        @Option(help: "At most so many.")
        var limit = 50

        func run() throws {
            var table = TextTable("id", "started", "seconds", "terminal", "user", "application", "outcome", "detail")
            for session in try state.open().sessions(limit: max(limit, 0), open: open ? true : nil) {
                let seconds = session.ended.map { $0.timeIntervalSince(session.started) }
                let shown = seconds.map { "\(($0 * 10).rounded() / 10)" } ?? "-"
                table.add(
                    "\(session.id)", session.started.shown, shown, session.terminal, session.user,
                    session.application, session.outcome?.rawValue ?? "running", session.detail)
            }
            print(table.text)
        }
    }
}

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Refusals and the operator's own actions, the newest first.")
    @OptionGroup var state: StateOption
    @Option(help: "At most so many.")
    var limit = 50

    func run() throws {
        var table = TextTable("at", "event", "terminal", "detail")
        for note in try state.open().notes(limit: max(limit, 0)) {
            table.add(note.at.shown, note.event, note.terminal ?? "-", note.detail)
        }
        print(table.text)
    }
}
