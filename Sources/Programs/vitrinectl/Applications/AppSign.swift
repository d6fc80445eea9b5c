internal import Admission
internal import ArgumentParser
internal import Catalogue
internal import Crypto
internal import FoundationEssentials
internal import LinuxBase

extension AppCommand {
    struct Sign: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Signs an application, so that it can be imported.",
            discussion: """
                Signs the digest of an image's manifest, or that of a folder's files, with the operator's key (made in \
                the state folder when there is none) or with a maker's. The signature of an image in a layout or \
                registry is put beside it, under the tag sha256-DIGEST.vitrine; with --out it is written to a file \
                instead, as it must be for folders and archives.
                """)
        @OptionGroup var state: StateOption
        @OptionGroup var access: ImageAccess
        @Option(help: "Sign with this private key (P-256, PEM) instead of the operator's.")
        var key: String?
        @Option(help: "Write the signature to this file.")
        var out: String?
        @Argument(help: "The folder or image: see vitrinectl app import --help.")
        var source: String

        func run() throws {
            let reference = try ImageReference(source)
            let signing = try ApplicationSigning(options: access.options)
            let content =
                try reference.map { try signing.content(of: $0, now: Date()) }
                ?? signing.content(ofFolder: source, now: Date())
            let envelope = content.envelope(signature: try sign(content.message))
            if let out {
                try Files.replace(out, with: envelope, mode: 0o644)
                print("\(content.kind.rawValue) \(content.digest.text) signed: \(out)")
            } else {
                guard let reference else { throw Complaint("a folder's signature goes into a file: --out FILE") }
                try signing.attach(envelope, of: content, to: reference)
                print("\(content.kind.rawValue) \(content.digest.text) signed, beside \(reference)")
            }
        }

        private func sign(_ message: [UInt8]) throws -> [UInt8] {
            guard let key else { return try OperatorKey.openOrCreate(state: state.path).sign(message) }
            let pem = String(decoding: try readFile(key, limit: 16384, "the key"), as: UTF8.self)
            // The library's words may quote what it read: they are left out.
            guard let own = try? P256.Signing.PrivateKey(pemRepresentation: pem) else {
                throw Complaint("\(key) is no private key on P-256 in PEM")
            }
            return [UInt8](try own.signature(for: message).rawRepresentation)
        }
    }
}

extension [UInt8] {
    fileprivate var text: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
