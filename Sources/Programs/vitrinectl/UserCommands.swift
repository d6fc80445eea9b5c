internal import ArgumentParser
internal import Database
internal import FoundationEssentials

/// What the server knows of a user.
struct UserData: ParsableArguments {
    @Option(help: "Four-digit code; a dash reads it from standard input, where no process list shows it.")
    var code: String?
    @Option(name: .customLong("data"), help: "More data for applications: KEY=VALUE; may be repeated.")
    var others: [Assignment] = []

    /// Changes to the user's data: nil removes a key.
    func changes() throws -> [String: String?] {
        var changes: [String: String?] = [:]
        for other in others { changes[other.key] = .some(other.value) }
        if let code {
            let clear = code == "-" ? readLine() ?? "" : code
            for (key, value) in try SecretCode(clear).data { changes[key] = value }
        }
        return changes
    }
}

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users and the data that applications are given about them.",
        discussion: """
            A code is kept as a random salt and HMAC-SHA256 under it (code_salt, code_hash), which keeps it out of sight \
            but not from somebody who has the records and tries all of them.
            """,
        subcommands: [Add.self, List.self, Show.self, Set.self, Remove.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Adds a user.")
        @OptionGroup var state: StateOption
        @Argument(help: "The user's name.")
        var name: String
        @OptionGroup var data: UserData

        func run() throws {
            let directory = try state.open()
            let now = Date()
            try directory.addUser(name, data: data.changes().compactMapValues { $0 }, now: now)
            try directory.note("added", terminal: nil, detail: "user \(name)", now: now)
            print("user \(name) added")
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Changes a user's data; the rest stays.")
        @OptionGroup var state: StateOption
        @Argument(help: "The user's name.")
        var name: String
        @OptionGroup var data: UserData

        func run() throws {
            try state.open().setUserData(name, data.changes())
            print("user \(name) changed")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All users.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("name", "created", "data")
            for user in try state.open().users() {
                table.add(user.name, user.created.shown, user.data.keys.sorted().joined(separator: ", "))
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One user with data and rights.")
        @OptionGroup var state: StateOption
        @Argument(help: "The user's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            guard let user = try directory.user(named: name) else { throw DatabaseError.unknown(.user, name: name) }
            print("name     \(user.name)")
            print("created  \(user.created.shown)")
            for (key, value) in user.data.sorted(by: { $0.key < $1.key }) {
                print("data     \(key) = \(key.hasPrefix("code_") ? "(kept)" : value)")
            }
            for right in try directory.rights(user: name) {
                print("right    terminal \(right.terminal), application \(right.application)")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Removes a user with data and rights.")
        @OptionGroup var state: StateOption
        @Argument(help: "The user's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            guard try directory.removeUser(name) else { throw DatabaseError.unknown(.user, name: name) }
            try directory.note("removed", terminal: nil, detail: "user \(name)", now: Date())
            print("user \(name) removed")
        }
    }
}
