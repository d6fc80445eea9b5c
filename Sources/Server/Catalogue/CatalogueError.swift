public import Database
public import LinuxBase
public import Wire

/// Why an application cannot be imported or started.
public enum CatalogueError: Error, Equatable, Sendable, CustomStringConvertible {
    case notTOML(line: Int, column: Int, detail: String)
    /// `key` as the author wrote it, `limits.memory_mb` for example.
    case manifest(key: String, problem: String)
    case notAFolder(String)
    /// `file` is relative to the application's folder.
    case file(String, problem: String)
    case tooLarge(what: String, limit: Int)
    case unknownApplication(String)
    /// The catalogue's record and the files do not agree any more.
    case altered(application: String, detail: String)
    case inUse(application: String, sessions: Int)
    /// No version of an application goes by this version or digest, or several do.
    case noVersion(application: String, String)
    case severalVersions(application: String, String, digests: [String])
    /// New sessions get it, or it is pinned.
    case current(application: String, version: String)
    /// A reference that is none, or that is not to be followed.
    case image(String, problem: String)
    /// An image that is not what an application's image is.
    case badImage(String)
    case badSignature(String)
    case unsigned
    /// The signature is older than that of the version that new sessions get.
    case older(application: String, version: String)
    /// The image is another application's than the one asked for.
    case otherApplication(expected: String, found: String)
    /// A file of keys.
    case key(String, problem: String)
    case missingProgram(String)
    /// What a program said that was to help.
    case tool(String, reason: String)
    case timedOut(String, seconds: Int)
    case noRoom(needed: Int, free: Int)
    /// Another process changes the catalogue, and does not end.
    case busy
    /// A key of the registries' file.
    case registries(key: String, problem: String)
    case system(SystemCallError)
    case directory(DatabaseError)

    public var description: String {
        switch self {
        case .notTOML(let line, let column, let detail):
            "\(ApplicationManifest.fileName), line \(line), column \(column): \(detail)"
        case .manifest(let key, let problem): "\(ApplicationManifest.fileName), key \(key): \(problem)"
        case .notAFolder(let path): "\(path) is not a folder"
        case .file(let file, let problem): "file \(file): \(problem)"
        case .tooLarge(let what, let limit): "the application has more than \(limit) \(what)"
        case .unknownApplication(let id): "there is no application \(id)"
        case .altered(let application, let detail): "application \(application) was altered on the disk: \(detail)"
        case .inUse(let application, let sessions): "application \(application) has \(sessions) running sessions"
        case .noVersion(let application, let version): "application \(application) has no version \(version)"
        case .severalVersions(let application, let version, let digests):
            "application \(application) has several versions \(version): \(digests.joined(separator: ", "))"
        case .current(let application, let version):
            "new sessions get version \(version) of application \(application): pin another one first"
        case .older(let application, let version):
            "it was signed before version \(version) of application \(application), which is here already"
        case .otherApplication(let expected, let found): "it is application \(found), not \(expected)"
        case .busy: "another process changes the catalogue"
        case .registries(let key, let problem): "\(RegistryList.fileName), key \(key): \(problem)"
        case .system(let error): error.description
        case .directory(let error): error.description
        default: ofImage
        }
    }

    private var ofImage: String {
        switch self {
        case .image(let reference, let problem): "\(reference.isPrintable ? reference : "?"): \(problem)"
        case .badImage(let problem): "the image is refused: \(problem)"
        case .badSignature(let problem): "refused: \(problem)"
        case .unsigned: "refused: it is not signed (vitrinectl app sign)"
        case .key(let file, let problem): "key \(file): \(problem)"
        case .missingProgram(let path): "\(path) is missing: install it"
        case .tool(let name, let reason): "\(name) failed: \(reason)"
        case .timedOut(let what, let seconds): "\(what) took longer than \(seconds) seconds"
        case .noRoom(let needed, let free): "\(needed) bytes are needed on the disk, \(free) are to be had"
        default: "refused"
        }
    }

    /// What the terminal is told.
    public var refusal: Refusal {
        switch self {
        case .unknownApplication: Refusal(code: .unknownApplication, reason: "no such application")
        default: Refusal(code: .internalFailure, reason: "application not available")
        }
    }
}
