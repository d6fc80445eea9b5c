internal import ArgumentParser
internal import Catalogue
internal import Database
internal import FoundationEssentials

struct AppCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "The catalogue of applications.",
        subcommands: [Import.self, List.self, Show.self, Verify.self, Remove.self])

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Imports an application's folder (vitrine.toml, logo, files) and starts it from now on.",
            discussion: "The same folder again changes nothing. An older version stays for the sessions that run it.")
        @OptionGroup var state: StateOption
        @Argument(help: "The folder.")
        var folder: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let entry = try ApplicationCatalogue(directory: directory, state: state.path).importFolder(folder, now: now)
            let name = "application \(entry.manifest.id) \(entry.manifest.version)"
            try directory.note("imported", terminal: nil, detail: "\(name) \(entry.digest)", now: now)
            print("\(name) imported, digest \(entry.digest)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All applications and versions.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("id", "version", "title", "kind", "state", "imported", "digest")
            for entry in try state.catalogue().list() {
                let manifest = entry.manifest
                table.add(
                    manifest.id, manifest.version, manifest.title, manifest.kind.rawValue,
                    entry.enabled ? "enabled" : "older", entry.imported.shown, String(entry.digest.prefix(16)))
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One application as new sessions get it.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String

        func run() throws {
            let entry = try state.catalogue().application(id)
            let manifest = entry.manifest
            let limits = manifest.limits
            print("id         \(manifest.id)")
            print("title      \(manifest.title)")
            print("version    \(manifest.version)")
            print("kind       \(manifest.kind.rawValue)")
            print("command    \(manifest.command.joined(separator: " "))")
            print("data       \(manifest.data.joined(separator: ", "))")
            print(
                "limits     \(limits.memoryBytes >> 20) MiB memory, \(limits.cpuSeconds) s CPU, "
                    + "\(limits.processes) processes, \(limits.openFiles) files, \(limits.fileBytes >> 20) MiB a file")
            print(
                "           first picture in \(limits.firstPictureSeconds) s, idle \(limits.idleSeconds) s, "
                    + "in all \(limits.totalSeconds) s")
            print("imported   \(entry.imported.shown)")
            print("digest     \(entry.digest)")
            print("folder     \(entry.folder)")
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads an application's files again and compares them with its digest.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String

        func run() throws {
            let catalogue = try state.catalogue()
            let entry = try catalogue.application(id)
            try catalogue.verify(entry)
            print("application \(id): files match digest \(entry.digest)")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes an application, its files and the rights to it.",
            discussion: "Refused while a session runs it.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String

        func run() throws {
            let directory = try state.open()
            try ApplicationCatalogue(directory: directory, state: state.path).remove(id)
            try directory.note("removed", terminal: nil, detail: "application \(id)", now: Date())
            print("application \(id) removed")
        }
    }
}

extension StateOption {
    func catalogue() throws -> ApplicationCatalogue { ApplicationCatalogue(directory: try open(), state: path) }
}
