public import Confinement
public import LinuxBase

/// Why the cage is not closed. Whoever sees one must not go on.
public enum CageError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    case confinement(ConfinementError)
    /// A step said that it was done, and a look shows that it was not.
    case notClosed(String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .confinement(let error): error.description
        case .notClosed(let what): "the cage is not closed: \(what)"
        }
    }
}
