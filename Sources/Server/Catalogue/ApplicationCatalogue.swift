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
    /// Where its files are, read-only for the cell.
    public var folder: String
    public var enabled: Bool
    public var imported: Date
}

/// The catalogue over a state folder.
public final class ApplicationCatalogue: Sendable {
    private let directory: Directory
    private let root: String
    /// Manifests by digest. A digest never changes its meaning, and the TOML library gives no memory back.
    private let manifests = Mutex<[String: ApplicationManifest]>([:])

    public init(directory: Directory, state: String) {
        self.directory = directory
        root = StateFolder.applications(state)
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
        let digest = try FolderImport.digest(of: entry.folder)
        guard digest == entry.digest else { throw .altered(application: id, detail: "its digest is \(digest)") }
    }

    /// Imports a folder: copies it, checks it, gives it its digest for a name, and makes it the version that new sessions
    /// get. The same folder again is the same entry. On failure nothing is left behind but what the
    /// next import sweeps.
    public func importFolder(_ folder: String, now: Date) throws(CatalogueError) -> CatalogueEntry {
        guard Files.isFolder(folder) else { throw .notAFolder(folder) }
        do throws(SystemCallError) {
            try Files.makeFolder(root, mode: 0o700)
            try sweep()
        } catch { throw .system(error) }
        let copy = "\(root)/\(Self.arriving)\(Process.number)"
        // A copy that cannot be removed is swept by the next import.
        defer { try? Files.removeTree(copy) }
        let digest = try FolderImport.copy(folder, to: copy)
        let text = try Self.manifestText(in: copy)
        let manifest = try ApplicationManifest(toml: text)
        try manifest.checkFiles(in: copy)

        let place = "\(manifest.id)/\(digest)"
        do throws(SystemCallError) {
            try Files.makeFolder("\(root)/\(manifest.id)", mode: 0o700)
            if try !Files.move(copy, to: "\(root)/\(place)") {
                // The same files are there already, unless somebody has altered them: then these are better.
                if (try? FolderImport.digest(of: "\(root)/\(place)")) != digest {
                    try Files.removeTree("\(root)/\(place)")
                    _ = try Files.move(copy, to: "\(root)/\(place)")
                }
            }
            try Files.syncFolder("\(root)/\(manifest.id)")
        } catch { throw .system(error) }

        let record = ApplicationRecord(
            id: manifest.id, digest: digest, version: manifest.version, title: manifest.title, manifest: text,
            folder: place, enabled: true, imported: now)
        do { try directory.addApplication(record) } catch { throw .directory(error) }
        return try application(manifest.id)
    }

    /// Removes all versions of an application with their files and the rights to it. Refused while a session runs it.
    public func remove(_ id: String) throws(CatalogueError) {
        let removed: [ApplicationRecord]
        do {
            let running = try directory.sessions(limit: Int(Int32.max), open: true).filter { $0.application == id }
            guard running.isEmpty else { throw CatalogueError.inUse(application: id, sessions: running.count) }
            removed = try directory.removeApplication(id)
        } catch let error as DatabaseError {
            throw .directory(error)
        } catch let error as CatalogueError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown: \(error)")
        }
        guard let first = removed.first else { throw .unknownApplication(id) }
        do throws(SystemCallError) { try Files.removeTree("\(root)/\(first.id)") } catch { throw .system(error) }
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

    private func entry(_ record: ApplicationRecord) throws(CatalogueError) -> CatalogueEntry {
        let known = manifests.withLock { $0[record.digest] }
        let manifest: ApplicationManifest
        if let known { manifest = known } else { manifest = try ApplicationManifest(toml: record.manifest) }
        manifests.withLock { $0[record.digest] = manifest }
        return CatalogueEntry(
            manifest: manifest, digest: record.digest, folder: root + "/" + record.folder, enabled: record.enabled,
            imported: record.imported)
    }

    private static let arriving = ".arriving-"

    /// Removes what an import left behind whose process has ended.
    private func sweep() throws(SystemCallError) {
        for name in try Files.names(in: root) where name.hasPrefix(Self.arriving) {
            guard !Files.exists("/proc/\(name.dropFirst(Self.arriving.count))") else { continue }
            try Files.removeTree(root + "/" + name)
        }
    }

    private static func manifestText(in folder: String) throws(CatalogueError) -> String {
        let name = ApplicationManifest.fileName
        let bytes: [UInt8]
        do { bytes = try Files.read(folder + "/" + name, limit: ApplicationManifest.manifestBytes) } catch {
            throw .file(name, problem: "missing, or too long")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .file(name, problem: "not UTF-8") }
        return text
    }
}
