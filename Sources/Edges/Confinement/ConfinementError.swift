public import LinuxBase

/// A step of confinement that did not happen. Whoever sees one must not go on.
public enum ConfinementError: Error, Equatable, Sendable, CustomStringConvertible {
    /// libseccomp does not know a call of this name.
    case unknownCall(String)
    /// libseccomp refused a step with this errno.
    case filter(step: String, code: Int32)
    case limit(String, SystemCallError)
    case controlGroup(String, SystemCallError)

    public var description: String {
        switch self {
        case .unknownCall(let name): "seccomp: no system call is named \(name)"
        case .filter(let step, let code): "seccomp: \(step) failed with errno \(code)"
        case .limit(let name, let error): "limit \(name): \(error)"
        case .controlGroup(let what, let error): "control group \(what): \(error)"
        }
    }
}
