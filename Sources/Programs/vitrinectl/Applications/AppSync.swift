internal import ArgumentParser
internal import Catalogue
internal import Database
internal import FoundationEssentials
internal import LinuxBase
internal import Measurements

extension AppCommand {
    struct Sync: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings applications up to what their registries have.",
            discussion: """
                The registries are in registries.toml of the state folder (Documentation/Applications.md). One that \
                fails does not keep the others from being mirrored; the exit code is then 1. Run it by a timer, or with \
                --every.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "Again and again, so many seconds apart, until it is stopped.")
        var every: Int?

        func validate() throws {
            if let every, !(1...604_800).contains(every) { throw ValidationError("--every is 1 to 604800") }
        }

        func run() throws {
            StandardOutput.flushEachLine()
            while true {
                let failed = try pass()
                guard let every else {
                    if failed > 0 { throw ExitCode(1) }
                    return
                }
                Clock.sleep(.seconds(every))
            }
        }

        /// Once through the list, read anew. Returns how many applications could not be mirrored.
        private func pass() throws -> Int {
            let registries = try RegistryList(file: StateFolder.registries(state.path)).registries
            let directory = try state.open()
            let catalogue = ApplicationCatalogue(directory: directory, state: state.path)
            var failed = 0
            for registry in registries {
                let keys: SigningKeys
                do { keys = try state.signingKeys(registry.keys) } catch {
                    print("\(registry.address)  failed: \(error)")
                    failed += registry.applications.count
                    continue
                }
                for (id, image) in registry.applications {
                    let now = Date()
                    let report = catalogue.mirror(id, image, of: registry, trusting: keys, now: now)
                    try tell(report, directory, now)
                    if case .refused = report.outcome { failed += 1 }
                }
            }
            return failed
        }

        private func tell(_ report: MirrorReport, _ directory: Directory, _ now: Date) throws {
            let words: String
            switch report.outcome {
            case .unchanged(let version): words = "unchanged, version \(version)"
            case .imported(let entry):
                words = "version \(entry.manifest.version) imported, \(entry.enabled ? "enabled" : "another is pinned")"
                let detail = "\(entry.name) \(entry.digest) from \(report.source)"
                try directory.note("mirrored", terminal: nil, detail: detail, now: now)
            case .refused(let error):
                words = "failed: \(error)"
                let detail = "application \(report.application) from \(report.source): \(error)"
                try directory.note("not mirrored", terminal: nil, detail: detail, now: now)
            }
            print("\(report.application)  \(report.source)  \(words)")
        }
    }
}
