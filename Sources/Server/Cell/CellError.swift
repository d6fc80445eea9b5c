public import LinuxBase

/// Why there is no cell.
public enum CellError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A specification outside its limits; the field's name.
    case specification(String)
    /// The jailer or bubblewrap gave up; what they said, at most a few hundred characters.
    case confinement(String)
    /// The application is not running within the time.
    case timedOut
    case system(SystemCallError)

    public var description: String {
        switch self {
        case .specification(let field): "cell specification: \(field)"
        case .confinement(let reason): "confinement: \(reason)"
        case .timedOut: "the cell did not start in time"
        case .system(let error): error.description
        }
    }
}
