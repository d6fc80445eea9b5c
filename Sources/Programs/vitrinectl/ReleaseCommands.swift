internal import Admission
internal import ArgumentParser
internal import Crypto
internal import Database
internal import Evidence
internal import FoundationEssentials
internal import LinuxBase

struct ReleaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "The software that terminals may run, and who makes it.",
        subcommands: [Trust.self, Distrust.self, Add.self, List.self, Retire.self])

    struct Trust: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trusts a maker's key: releases that it has signed can be added.")
        @OptionGroup var state: StateOption
        @Option(help: "The name for the key.")
        var name: String
        @Argument(help: "The maker's public key (PEM), as vitrine-release key public writes it.")
        var file: String

        func run() throws {
            let directory = try state.open()
            let pem = try readFile(file, limit: 16384, "the public key")
            // The library's words may quote what it read: they are left out.
            guard let key = try? P256.Signing.PublicKey(pemRepresentation: String(decoding: pem, as: UTF8.self)) else {
                throw Complaint("\(file) is no public key on P-256 in PEM")
            }
            let point = [UInt8](key.x963Representation)
            let now = Date()
            try directory.trustReleaseKey(ReleaseKeyRecord(name: name, point: point, added: now))
            try directory.note("trusted", terminal: nil, detail: "release key \(name) \(point.digestText)", now: now)
            print("release key \(name) is trusted, fingerprint \(point.digestText)")
        }
    }

    struct Distrust: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trusts a maker's key no longer: terminals that run its releases are refused.")
        @OptionGroup var state: StateOption
        @Argument(help: "The key's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            guard try directory.distrustReleaseKey(named: name) else {
                throw DatabaseError.unknown(.releaseKey, name: name)
            }
            try directory.note("distrusted", terminal: nil, detail: "release key \(name)", now: Date())
            print("release key \(name) is trusted no longer")
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a release: terminals may run it.", discussion: "The same manifest again changes nothing.")
        @OptionGroup var state: StateOption
        @Argument(help: "The signed manifest, as vitrine-release sign writes it.")
        var file: String

        func run() throws {
            let directory = try state.open()
            let bytes = try readFile(file, limit: EvidenceLimits.manifestBytes, "the manifest")
            let manifest = try ReleaseManifest(envelope: bytes, signedBy: try directory.releaseKeys().map(\.point))
            let now = Date()
            let isNew = try directory.addRelease(
                ReleaseRecord(
                    version: manifest.version, manifest: bytes, digest: Digests.sha256(bytes), added: now))
            if isNew {
                let detail = "release \(manifest.version), generation \(manifest.generation)"
                try directory.note("added", terminal: nil, detail: detail, now: now)
            }
            print(
                "release \(manifest.version), generation \(manifest.generation), \(isNew ? "added" : "was there already")"
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All releases and keys.")
        @OptionGroup var state: StateOption

        func run() throws {
            let directory = try state.open()
            let keys = try directory.releaseKeys()
            var table = TextTable("version", "generation", "key", "state", "added", "digest")
            for record in try directory.releases() {
                var (generation, key, condition) = ("?", "?", "untrusted")
                for trusted in keys {
                    // Another key's release: the next key is tried.
                    guard let manifest = try? ReleaseManifest(envelope: record.manifest, signedBy: [trusted.point])
                    else { continue }
                    (generation, key, condition) = ("\(manifest.generation)", trusted.name, "current")
                }
                if let retired = record.retired { condition = "retired \(retired.shown)" }
                table.add(
                    record.version, generation, key, condition, record.added.shown,
                    String(record.digest.hexadecimal.prefix(16)))
            }
            print(table.text)
            for key in keys { print("key \(key.name)  \(key.point.digestText)  trusted \(key.added.shown)") }
        }
    }

    struct Retire: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Retires a release: terminals that run it are refused from their next attestation on.")
        @OptionGroup var state: StateOption
        @Argument(help: "The release's version.")
        var version: String

        func run() throws {
            let directory = try state.open()
            let now = Date()
            let changed = try directory.retireRelease(version: version, now: now)
            if changed { try directory.note("retired", terminal: nil, detail: "release \(version)", now: now) }
            print("release \(version) \(changed ? "is retired" : "was retired already")")
        }
    }
}

struct EndorsementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "endorsement", abstract: "The authorities by which the makers of TPMs vouch for them.",
        subcommands: [Add.self, Remove.self, List.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trusts an authority of TPMs.",
            discussion: """
                TPMs' certificates are often signed by an authority below the maker's root: add that too. A file with \
                several certificates (PEM) adds each, under the name with a number.
                """)
        @OptionGroup var state: StateOption
        @Option(help: "The name for the authority.")
        var name: String
        @Argument(help: "Its certificate (PEM or DER).")
        var file: String

        func run() throws {
            let directory = try state.open()
            let bytes = try readFile(file, limit: EndorsementRoots.fileBytes, "the certificate")
            let now = Date()
            for root in try EndorsementRoots.records(bytes, name: name, now: now) {
                try directory.addEndorsementRoot(root)
                let fingerprint = root.fingerprint.hexadecimal
                try directory.note(
                    "trusted", terminal: nil, detail: "endorsement root \(root.name) \(fingerprint)", now: now)
                print("endorsement root \(root.name) is trusted, fingerprint \(fingerprint)")
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trusts an authority of TPMs no longer; terminals that are enrolled stay so.")
        @OptionGroup var state: StateOption
        @Argument(help: "The authority's name.")
        var name: String

        func run() throws {
            let directory = try state.open()
            guard try directory.removeEndorsementRoot(named: name) else {
                throw DatabaseError.unknown(.endorsementRoot, name: name)
            }
            try directory.note("distrusted", terminal: nil, detail: "endorsement root \(name)", now: Date())
            print("endorsement root \(name) is trusted no longer")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All authorities of TPMs.")
        @OptionGroup var state: StateOption

        func run() throws {
            var table = TextTable("name", "added", "fingerprint")
            for root in try state.open().endorsementRoots() {
                table.add(root.name, root.added.shown, root.fingerprint.hexadecimal)
            }
            print(table.text)
        }
    }
}

func readFile(_ path: String, limit: Int, _ what: String) throws -> [UInt8] {
    do throws(Files.ReadError) { return try Files.read(path, limit: limit) } catch {
        throw Complaint("cannot read \(what): \(error.text)")
    }
}
