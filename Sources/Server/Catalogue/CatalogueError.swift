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
    case system(SystemCallError)
    case directory(DatabaseError)

    public var description: String {
        switch self {
        case .notTOML(let line, let column, let detail):
            "\(ApplicationManifest.fileName), line \(line), column \(column): \(detail)"
        case .manifest(let key, let problem): "\(ApplicationManifest.fileName), key \(key): \(problem)"
        case .notAFolder(let path): "\(path) is not a folder"
        case .file(let file, let problem): "file \(file): \(problem)"
        case .tooLarge(let what, let limit): "the application's folder has more than \(limit) \(what)"
        case .unknownApplication(let id): "there is no application \(id)"
        case .altered(let application, let detail): "application \(application) was altered on the disk: \(detail)"
        case .inUse(let application, let sessions): "application \(application) has \(sessions) running sessions"
        case .system(let error): error.description
        case .directory(let error): error.description
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
