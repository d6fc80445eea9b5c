internal import ArgumentParser
internal import LinuxBase

extension AppCommand {
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a folder with an application to begin with.",
            discussion: "It runs as it is: see README.md in the folder.")
        @Option(help: "The application's identifier; by default the folder's name.")
        var id: String?
        @Argument(help: "The folder, which must not be there yet.")
        var folder: String

        func run() throws {
            let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
            guard !Files.exists(folder) else { throw Complaint("\(folder) is there already") }
            let id = id ?? folder.split(separator: "/").last.map(String.init) ?? ""
            let files = try AppTemplate.files(id: id)
            try Files.makeFolder(folder, mode: 0o755)
            for file in files {
                try Files.replace(
                    folder + "/" + file.name, with: Array(file.text.utf8), mode: file.isProgram ? 0o755 : 0o644)
            }
            print("\(folder) is an application. What it shows:  vitrinectl app preview \(folder) --out \(id).png")
        }
    }
}
