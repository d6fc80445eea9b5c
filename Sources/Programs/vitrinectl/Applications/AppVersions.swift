internal import ArgumentParser
internal import Catalogue
internal import Database
internal import FoundationEssentials

extension AppCommand {
    struct Pin: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives new sessions one version of an application, whatever is imported later.",
            discussion: "Running sessions keep theirs. Tables carry title and logo: vitrinectl table push brings them.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String
        @Argument(help: "Its version, or the beginning of a digest.")
        var version: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let entry = try ApplicationCatalogue(directory: directory, state: state.path).pin(id, version, now: now)
            try directory.note("pinned", terminal: nil, detail: "\(entry.name) \(entry.digest)", now: now)
            print("\(entry.name) pinned, digest \(entry.digest)")
        }
    }

    struct Unpin: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Gives new sessions the newest version of an application again.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let entry = try ApplicationCatalogue(directory: directory, state: state.path).unpin(id, now: now)
            try directory.note("unpinned", terminal: nil, detail: "\(entry.name) \(entry.digest)", now: now)
            print("\(entry.name) enabled, digest \(entry.digest)")
        }
    }

    struct Collect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gc", abstract: "Removes versions that nobody needs any more.",
            discussion: """
                Of each application the version that new sessions get stays, those that a session runs, and the newest \
                others.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "So many other versions of each application stay.")
        var keep = 2
        @Option(help: "Seconds that a version stays after another took its place.")
        var grace: Double = 60

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let removed = try ApplicationCatalogue(directory: directory, state: state.path)
                .collect(keep: keep, grace: max(grace, 0), now: now)
            for entry in removed {
                try directory.note("removed", terminal: nil, detail: "\(entry.name) \(entry.digest)", now: now)
                print("\(entry.name) removed, digest \(entry.digest)")
            }
            print("\(removed.count) versions removed")
        }
    }
}
