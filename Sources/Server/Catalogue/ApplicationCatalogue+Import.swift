public import FoundationEssentials
internal import LinuxBase
internal import Database

/// How an image comes in, besides what it is believed by.
public struct ImageOptions: Sendable {
    public var limits = ImageLimits()
    /// Without TLS, from a registry on this machine.
    public var plainHTTP = false
    /// File with the registries' passwords, as `skopeo login` writes it.
    public var passwords: String?
    /// The one application that the image may be.
    public var application: String?
    /// Refuses what was signed before the version that new sessions get.
    public var refusesOlder = false
    public init() {}
}

extension ApplicationCatalogue {
    /// Imports a folder: copies it, checks it, gives it its digest for a name, and makes it the version that new sessions
    /// get, unless one is pinned. The same folder again is the same entry. On failure nothing is left behind but what the
    /// next import sweeps.
    public func importFolder(
        _ folder: String, trust: Trust = .anything, now: Date
    ) throws(CatalogueError) -> CatalogueEntry {
        guard Files.isFolder(folder) else { throw .notAFolder(folder) }
        return try withArrivals { arrivals throws(CatalogueError) in
            let copy = arrivals + "/copy"
            let digest = try FolderImport.copy(folder, to: copy)
            let signed = try Self.check(trust, .folder, digest) { () throws(CatalogueError) in nil }
            let (text, manifest) = try Self.manifest(in: copy)
            guard manifest.root == .host else {
                throw .manifest(key: "root", problem: "a folder runs on the server's own root: import an image")
            }
            try manifest.checkFiles(in: copy)
            let record = Self.record(manifest, text, digest, now, source: folder, signed: signed?.date)
            return try install(copy, record, manifest)
        }
    }

    /// Imports an image, by the digest of its manifest: signature first, then its parts, and unpacked only what has been
    /// looked through. With `/app` alone in it, or with `root = "image"`, its `/app` has the manifest.
    public func importImage(
        _ reference: ImageReference, trust: Trust, options: ImageOptions = ImageOptions(), now: Date
    ) throws(CatalogueError) -> CatalogueEntry {
        try withArrivals { arrivals throws(CatalogueError) in
            let image = try ImageImport(
                reference, in: arrivals, limits: options.limits, plainHTTP: options.plainHTTP,
                passwords: options.passwords)
            let (parts, bytes) = try image.manifest()
            let signed = try Self.check(trust, .image, parts.digest) { () throws(CatalogueError) in
                try image.signature(of: parts.digest)
            }
            if options.refusesOlder, let expected = options.application, let signed {
                try refuseOlder(expected, signed.date, parts.digest)
            }
            try image.fetch(parts, bytes: bytes)
            try image.unpack(parts)
            let (folder, text, manifest) = try Self.application(in: image.root)
            if let expected = options.application, expected != manifest.id {
                throw .otherApplication(expected: expected, found: manifest.id)
            }
            let copy = arrivals + "/copy"
            let rules = manifest.root == .image ? FolderImport.Rules.ofRoot : .init()
            let digest = try FolderImport.copy(folder, to: copy, rules)
            let record = Self.record(
                manifest, text, digest, now, source: "\(reference)", image: parts.digest, signed: signed?.date)
            return try install(copy, record, manifest)
        }
    }

    /// What is believed, and when it was signed; nil for what is let in unsigned.
    private static func check(
        _ trust: Trust, _ kind: SignedContent.Kind, _ digest: String, beside: () throws(CatalogueError) -> [UInt8]?
    ) throws(CatalogueError) -> SignedContent? {
        guard case .signed(let keys, let given) = trust else { return nil }
        var found = given
        if found == nil { found = try beside() }
        guard let envelope = found else { throw .unsigned }
        let content = try SignedContent(envelope: envelope, signedBy: keys)
        try content.check(kind, digest)
        return content
    }

    private func refuseOlder(_ id: String, _ signed: Date, _ image: String) throws(CatalogueError) {
        let record: ApplicationRecord?
        do { record = try directory.enabledApplication(id) } catch { throw .directory(error) }
        guard let record, let before = record.signed, before > signed, record.image != image else { return }
        throw .older(application: id, version: record.version)
    }

    // MARK: Files

    /// The application in an unpacked image: what to keep of it, and its manifest.
    private static func application(
        in root: String
    ) throws(CatalogueError) -> (folder: String, text: String, manifest: ApplicationManifest) {
        let app = root + "/app"
        guard Files.isFolder(app) else { throw .badImage("it has no folder /app") }
        let (text, manifest) = try Self.manifest(in: app)
        switch manifest.root {
        case .image: try manifest.checkFiles(ofRoot: root)
        case .host:
            let names: [String]
            do { names = try Files.names(in: root) } catch { throw .system(error) }
            guard names == ["app"] else {
                throw .manifest(
                    key: "root", problem: "the image has more than /app: say root = \"image\" to run on its own root")
            }
            try manifest.checkFiles(in: app)
        }
        return (manifest.root == .image ? root : app, text, manifest)
    }

    private static func manifest(
        in folder: String
    ) throws(CatalogueError) -> (text: String, manifest: ApplicationManifest) {
        let name = ApplicationManifest.fileName
        let path = folder + "/" + name
        // From an image a link would lead anywhere. What cannot be looked at is not there.
        guard let status = try? Files.status(path), status.kind == .file,
            let bytes = try? Files.read(path, limit: ApplicationManifest.manifestBytes)
        else { throw .file(name, problem: "missing, no plain file, or too long") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .file(name, problem: "not UTF-8") }
        return (text, try ApplicationManifest(toml: text))
    }

    private static func record(
        _ manifest: ApplicationManifest, _ text: String, _ digest: String, _ now: Date, source: String,
        image: String? = nil, signed: Date?
    ) -> ApplicationRecord {
        ApplicationRecord(
            id: manifest.id, digest: digest, version: manifest.version, title: manifest.title, manifest: text,
            folder: "\(manifest.id)/\(digest)", enabled: true, imported: now, source: source, image: image,
            signed: signed)
    }

    /// Gives a copy its place and its row: the one step of an import that others see.
    private func install(
        _ copy: String, _ record: ApplicationRecord, _ manifest: ApplicationManifest
    ) throws(CatalogueError) -> CatalogueEntry {
        try locked { () throws(CatalogueError) in
            let place = "\(root)/\(record.folder)"
            let rules = manifest.root == .image ? FolderImport.Rules.ofRoot : .init()
            do throws(SystemCallError) {
                try Files.makeFolder("\(root)/\(record.id)", mode: 0o700)
                if try !Files.move(copy, to: place) {
                    // The same files are there already, unless somebody has altered them: then these are better.
                    if (try? FolderImport.digest(of: place, rules)) != record.digest {
                        try Files.removeTree(place)
                        _ = try Files.move(copy, to: place)
                    }
                }
                try Files.syncFolder("\(root)/\(record.id)")
            } catch { throw .system(error) }
            do throws(DatabaseError) { try directory.addApplication(record) } catch { throw .directory(error) }
            let all = try list(record.id)
            guard let entry = all.first(where: { $0.digest == record.digest }) else {
                throw .unknownApplication(record.id)
            }
            return entry
        }
    }
}
