internal import ArgumentParser
internal import Catalogue
internal import Database
internal import FoundationEssentials

struct AppCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app", abstract: "The catalogue of applications.",
        subcommands: [
            New.self, Preview.self, Sign.self, Import.self, Sync.self, List.self, Show.self, Verify.self, Pin.self,
            Unpin.self, Remove.self, Collect.self,
        ])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All applications and versions.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("id", "version", "title", "kind", "state", "signed", "imported", "digest")
            for entry in try state.catalogue().list() {
                let manifest = entry.manifest
                table.add(
                    manifest.id, manifest.version, manifest.title, manifest.kind.rawValue,
                    entry.standing, entry.signed?.shown ?? "no", entry.imported.shown, String(entry.digest.prefix(16)))
            }
            print(table.text)
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One application as new sessions get it.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String
        @Argument(help: "Another of its versions, or the beginning of a digest.")
        var version: String?

        func run() throws {
            let catalogue = try state.catalogue()
            let entry = try version.map { try catalogue.version(id, $0) } ?? catalogue.application(id)
            let manifest = entry.manifest
            let limits = manifest.limits
            print("id         \(manifest.id)")
            print("title      \(manifest.title)")
            print("version    \(manifest.version), \(entry.standing)")
            print("kind       \(manifest.kind.rawValue), on the root of the \(manifest.root.rawValue)")
            print("command    \(manifest.command.joined(separator: " "))")
            print("data       \(manifest.data.joined(separator: ", "))")
            print(
                "limits     \(limits.memoryBytes >> 20) MiB memory, \(limits.cpuSeconds) s CPU, "
                    + "\(limits.processes) processes, \(limits.openFiles) files, \(limits.fileBytes >> 20) MiB a file")
            print(
                "           first picture in \(limits.firstPictureSeconds) s, idle \(limits.idleSeconds) s, "
                    + "in all \(limits.totalSeconds) s")
            print("source     \(entry.source)")
            print("signed     \(entry.signed?.shown ?? "no: imported with --unsigned")")
            print("imported   \(entry.imported.shown)")
            if let image = entry.imageDigest { print("image      sha256:\(image)") }
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
            abstract: "Removes an application, its files and the rights to it, or one version of it.",
            discussion: "Refused while a session runs it, and for the one version that new sessions get.")
        @OptionGroup var state: StateOption
        @Argument(help: "The application's identifier.")
        var id: String
        @Argument(help: "One version of it, or the beginning of a digest.")
        var version: String?

        func run() throws {
            let directory = try state.open()
            let catalogue = ApplicationCatalogue(directory: directory, state: state.path)
            let now = Date()
            if let version { try catalogue.remove(id, version: version, now: now) } else { try catalogue.remove(id) }
            let name = "application \(id)" + (version.map { " \($0)" } ?? "")
            try directory.note("removed", terminal: nil, detail: name, now: now)
            print("\(name) removed")
        }
    }
}

extension CatalogueEntry {
    var name: String { "application \(manifest.id) \(manifest.version)" }

    /// What it is among the versions of its application.
    var standing: String { pinned ? "pinned" : enabled ? "enabled" : "older" }
}

extension StateOption {
    func catalogue() throws -> ApplicationCatalogue { ApplicationCatalogue(directory: try open(), state: path) }
}
