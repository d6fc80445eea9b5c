internal import ArgumentParser
internal import Capture
internal import Catalogue
internal import Cell
internal import FoundationEssentials
internal import LinuxBase
internal import Measurements
internal import PNG
internal import Pictures
internal import RFB
internal import Wire

extension AppCommand {
    struct Preview: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Runs an application's folder in a cell and writes what it shows to a PNG file.",
            discussion: "For its author: no terminal, no state folder, no signature. The invoice is an example.")
        @Option(help: "The picture's size.")
        var size = ScreenArgument(argument: "800x448")!
        @Option(help: "Characters to type once it shows something.")
        var type = ""
        @Option(help: "Where to write the picture.")
        var out: String
        @Option(help: "The jailer; by default the vitrine-cell beside this program.")
        var cellProgram: String?
        @Argument(help: "The folder.")
        var folder: String

        /// So long without a change, and the picture is whole.
        private static let rest = Duration.milliseconds(500)

        func run() throws {
            // An application that ends while it is talked to is an error, not our end.
            LinuxBase.Signals.ignoreBrokenPipes()
            let folder = try Files.absolute(folder)
            let bytes = try readFile(
                folder + "/" + ApplicationManifest.fileName, limit: ApplicationManifest.manifestBytes,
                "the manifest")
            let manifest = try ApplicationManifest(toml: String(decoding: bytes, as: UTF8.self))
            let jailer =
                cellProgram
                ?? (Files.parent(of: LinuxBase.Process.executablePath() ?? "") + "/vitrine-cell")
            let started = Clock.now()
            let cell = try SandboxCell(specification(manifest, folder), jailer: jailer)
            defer { cell.stop() }
            do {
                let picture = try picture(of: cell, manifest)
                try Files.replace(out, with: picture.picture.png(), mode: 0o644)
                print("\(out): \(size.size), first picture after \(Int((picture.first - started).milliseconds)) ms")
            } catch {
                throw Complaint("\(manifest.id) shows nothing (\(error)); it said: \(printable(cell.log()))")
            }
        }

        private func specification(_ manifest: ApplicationManifest, _ folder: String) -> CellSpecification {
            let request = ApplicationRequest(
                application: manifest.id, user: "alice", terminal: "preview", size: size.size,
                invoice: Invoice(merchant: "Bakery", account: "X1", identifier: "7", amount: 240, currency: "EUR"),
                data: [:])
            let limits = manifest.limits
            return CellSpecification(
                application: manifest.id, kind: manifest.kind == .native ? .native : .window, root: folder,
                command: manifest.command, size: size.size, request: request.encoded(),
                limits: CellLimits(
                    memoryBytes: UInt64(limits.memoryBytes), cpuSeconds: UInt64(limits.cpuSeconds),
                    processes: UInt64(limits.processes), openFiles: UInt64(limits.openFiles),
                    fileBytes: UInt64(limits.fileBytes)),
                // A native application's runtime is this program's.
                libraries: LinuxBase.Process.libraryFolders().filter { !$0.hasPrefix("/usr/") })
        }

        private func picture(
            of cell: SandboxCell, _ manifest: ApplicationManifest
        ) throws -> (picture: Picture, first: MonotonicTime) {
            let patience = Duration.seconds(manifest.limits.firstPictureSeconds)
            var capture = try RFBCapture(
                socket: cell.rfbSocket, size: size.size, timeout: patience, ended: cell.ended)
            let deadline = Clock.now() + patience
            // An X server shows one colour until the program has drawn something.
            while Set(capture.picture().pixels).count < 2 {
                guard Clock.now() < deadline else { throw CaptureError.absent }
                _ = try capture.next(timeout: deadline - Clock.now())
            }
            let first = Clock.now()
            try settle(&capture)
            for key in type.unicodeScalars { try capture.input.press(Keysym.character(key)) }
            if !type.isEmpty { try settle(&capture) }
            return (capture.picture(), first)
        }

        /// Waits for the picture to rest, two seconds at most: a clock's never does.
        private func settle(_ capture: inout RFBCapture) throws {
            let deadline = Clock.now() + .seconds(2)
            while Clock.now() < deadline, try capture.next(timeout: Self.rest) != nil {}
        }

        private func printable(_ text: String) -> String {
            text.isEmpty
                ? "nothing"
                : String(
                    decoding: text.utf8.suffix(500).map { (0x20...0x7E).contains($0) ? $0 : 0x20 },
                    as: UTF8.self)
        }
    }
}
