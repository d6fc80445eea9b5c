// Catalogue: the applications that the server can start: manifests, files by digest, and the data that an application is
// given. Starts nothing. Owns STATE/applications. Blocks on files; any thread but an event loop may ask.

public import Database
public import FoundationEssentials
internal import LinuxBase
internal import Synchronization
public import Wire

/// An application as new sessions get it.
public struct CatalogueEntry: Equatable, Sendable {
    public var manifest: ApplicationManifest
    /// SHA-256 over its files, lower-case hex; `FolderImport` says how.
    public var digest: String
    /// Where its own files are, read-only in `/app` of the cell.
    public var folder: String
    /// Where the cell's whole root is, read-only, with `folder` in it; nil for one that runs on the host's.
    public var image: String?
    /// New sessions get this version.
    public var enabled: Bool
    /// They get it whatever is imported.
    public var pinned: Bool
    public var imported: Date
    /// Where it came from, for people to read.
    public var source: String
    /// SHA-256 of its image's manifest, lower-case hex; nil for a folder.
    public var imageDigest: String?
    /// The time that its signature says; nil for what was imported unsigned.
    public var signed: Date?

    /// All that its digest is of.
    var place: String { image ?? folder }
    var rules: FolderImport.Rules { image == nil ? .init() : .ofRoot }
}

/// The catalogue over a state folder.
public final class ApplicationCatalogue: Sendable {
    let directory: Directory
    let root: String
    let lock: String
    /// Manifests by digest. A digest never changes its meaning, and the TOML library gives no memory back.
    private let manifests = Mutex<[String: ApplicationManifest]>([:])

    public init(directory: Directory, state: String) {
        self.directory = directory
        root = StateFolder.applications(state)
        lock = StateFolder.applicationsLock(state)
    }

    /// The version that a new session gets.
    public func application(_ id: String) throws(CatalogueError) -> CatalogueEntry {
        let record: ApplicationRecord?
        do { record = try directory.enabledApplication(id) } catch { throw .directory(error) }
        guard let record else { throw .unknownApplication(id.isPrintable ? id : "?") }
        let entry = try entry(record)
        guard Files.isFolder(entry.folder) else {
            throw .altered(application: id, detail: "\(entry.folder) is gone")
        }
        return entry
    }

    /// All versions of all applications, or of one.
    public func list(_ id: String? = nil) throws(CatalogueError) -> [CatalogueEntry] {
        let records: [ApplicationRecord]
        do { records = try directory.applications(id) } catch { throw .directory(error) }
        var result: [CatalogueEntry] = []
        for record in records { result.append(try entry(record)) }
        return result
    }

    /// Reads all files of a version again and compares them with its digest.
    public func verify(_ entry: CatalogueEntry) throws(CatalogueError) {
        let id = entry.manifest.id
        guard Files.isFolder(entry.folder) else { throw .altered(application: id, detail: "\(entry.folder) is gone") }
        let digest = try FolderImport.digest(of: entry.place, entry.rules)
        guard digest == entry.digest else { throw .altered(application: id, detail: "its digest is \(digest)") }
    }

    /// What the application is given at its start: the request, and the data that its manifest names, as far as the
    /// directory has it. Everything else about the user and the terminal stays here.
    public func request(
        for execution: ExecutionRequest, terminal: String, entry: CatalogueEntry
    ) throws(CatalogueError) -> ApplicationRequest {
        let personal: [String: String]
        let local: [String: String]
        do throws(DatabaseError) {
            personal = try directory.user(named: execution.user)?.data ?? [:]
            local = try directory.terminalData(terminal)
        } catch { throw .directory(error) }
        var data: [String: String] = [:]
        for name in entry.manifest.data {
            data[name] =
                name.hasPrefix(ApplicationManifest.terminalPrefix)
                ? local[String(name.dropFirst(ApplicationManifest.terminalPrefix.count))] : personal[name]
        }
        return ApplicationRequest(
            application: entry.manifest.id, user: execution.user, terminal: terminal, size: execution.target.size,
            invoice: execution.invoice, data: data, stored: execution.stored)
    }

    func entry(_ record: ApplicationRecord) throws(CatalogueError) -> CatalogueEntry {
        let known = manifests.withLock { $0[record.digest] }
        let manifest: ApplicationManifest
        if let known { manifest = known } else { manifest = try ApplicationManifest(toml: record.manifest) }
        manifests.withLock { $0[record.digest] = manifest }
        let place = root + "/" + record.folder
        let isRoot = manifest.root == .image
        return CatalogueEntry(
            manifest: manifest, digest: record.digest, folder: isRoot ? place + "/app" : place,
            image: isRoot ? place : nil, enabled: record.enabled, pinned: record.pinned, imported: record.imported,
            source: record.source, imageDigest: record.image, signed: record.signed)
    }
}

extension FolderImport.Rules {
    /// Of an image's whole root. What it may take is counted before it is unpacked.
    static let ofRoot = Self(files: 400_000, bytes: 1 << 40, pathBytes: 1024, isRoot: true)
}
