// vitrine-release: the maker's tool: makes the key of releases, and signs for each release what its programs measure to. Runs
// where the image is built; knows no server and no terminal. Prints no secret. One thread.

internal import ArgumentParser

@main
struct ReleaseTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vitrine-release",
        abstract: "Signs releases of the terminal's software.",
        discussion: """
            Whoever has the key decides what terminals open their stores for: keep it off the machines that talk to networks.
            Exit codes: 0 done, 1 refused or failed, 64 wrong usage.
            """,
        subcommands: [KeyCommand.self, Sign.self, Show.self])
}

/// Why the tool will not do what it was asked; printed as it is, exit code 1.
struct Complaint: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
