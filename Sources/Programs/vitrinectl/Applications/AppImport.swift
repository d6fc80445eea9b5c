internal import Admission
internal import ArgumentParser
internal import Catalogue
internal import Database
internal import FoundationEssentials
internal import LinuxBase

/// Which place, and how to get at it.
struct ImageAccess: ParsableArguments {
    @Flag(help: "A registry without TLS: on this machine only.")
    var plainHTTP = false
    @Option(help: "The registries' passwords, a file as skopeo login writes it.")
    var passwords: String?
    @Option(help: "Seconds for all of it.")
    var deadline = ImageLimits().seconds
    @Option(help: "MiB that an image may have, packed and unpacked.")
    var limit = ImageLimits().bytes >> 20

    func validate() throws {
        guard (1...86400).contains(deadline) else { throw ValidationError("--deadline is 1 to 86400") }
        guard (1...65536).contains(limit) else { throw ValidationError("--limit is 1 to 65536") }
    }

    var options: ImageOptions {
        var options = ImageOptions()
        options.plainHTTP = plainHTTP
        options.passwords = passwords
        options.limits.seconds = deadline
        options.limits.bytes = limit << 20
        return options
    }
}

extension AppCommand {
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Imports an application and starts it from now on.",
            discussion: """
                SOURCE is a folder, or an OCI image: oci:FOLDER[:TAG] (an image layout), oci-archive:FILE[:TAG], or \
                docker://HOST/NAME:TAG (a registry). The folder, or /app of the image, has vitrine.toml.

                What is imported must be signed with the operator's key (vitrinectl app sign), or with one of --key. An \
                image's signature is looked for beside it. The same again changes nothing. An older version stays for \
                the sessions that run it, and for vitrinectl app pin.
                """)
        @OptionGroup var state: StateOption
        @OptionGroup var access: ImageAccess
        @Option(help: "The signature, as vitrinectl app sign --out writes it.")
        var signature: String?
        @Option(help: "A public key (PEM) to believe instead of the operator's own (repeatable).")
        var key: [String] = []
        @Flag(help: "Imports what nobody has signed: for trials.")
        var unsigned = false
        @Argument(help: "The folder or image.")
        var source: String

        func validate() throws {
            guard !unsigned || signature == nil && key.isEmpty else {
                throw ValidationError("--unsigned believes anything: no --signature and no --key with it")
            }
        }

        func run() throws {
            let reference = try ImageReference(source)
            let directory = try state.open()
            let catalogue = ApplicationCatalogue(directory: directory, state: state.path)
            let now = Date()
            if unsigned { warn("--unsigned: nobody answers for \(source), and whoever can change it runs code here") }
            let trust = try trust()
            let entry =
                if let reference {
                    try catalogue.importImage(reference, trust: trust, options: access.options, now: now)
                } else {
                    try catalogue.importFolder(Files.absolute(source), trust: trust, now: now)
                }
            let word = unsigned ? "imported unsigned" : "imported"
            let detail = "\(entry.name) \(entry.digest)" + (unsigned ? ", unsigned" : "")
            try directory.note("imported", terminal: nil, detail: detail, now: now)
            print("\(entry.name) \(word), digest \(entry.digest)")
            if !entry.enabled {
                let current = try catalogue.application(entry.manifest.id)
                print("new sessions get version \(current.manifest.version), which is \(current.standing)")
            }
        }

        private func trust() throws -> Trust {
            guard !unsigned else { return .anything }
            let given = try signature.map { try readFile($0, limit: 4096, "the signature") }
            return .signed(by: try state.signingKeys(key), signature: given)
        }
    }
}

/// To the operator's screen, not into what a script reads.
func warn(_ words: String) { StandardError.write("WARNING: \(words)\n") }

extension StateOption {
    /// The keys in `files`; none: the operator's own, of which the public half is enough.
    func signingKeys(_ files: [String]) throws -> SigningKeys {
        guard files.isEmpty else { return try SigningKeys(files: files) }
        let own = OperatorKey.publicPath(path)
        guard Files.exists(own) else {
            throw Complaint(
                "there is no operator's key yet, so nothing is signed with it: vitrinectl app sign, or --unsigned")
        }
        return try SigningKeys(files: [own])
    }
}
