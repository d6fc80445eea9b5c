internal import Glibc
public import LinuxBase

/// Why the message bus could not be used.
public enum DBusError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No bus at the address, or none is known; what libsystemd's call returned.
    case connection(SystemCallError)
    /// Somebody else has the name.
    case nameTaken(String)
    /// The bus does not let us have the name.
    case nameRefused(String, SystemCallError)
    /// The bus closed the connection.
    case disconnected
    /// A call of libsystemd failed, and no input is to blame.
    case system(SystemCallError)
    /// The call's arguments are not of the types asked for, or over a limit.
    case badArguments

    public var description: String {
        switch self {
        case .connection(let error): "no message bus: \(error)"
        case .nameTaken(let name): "somebody else is \(name) on the message bus"
        case .nameRefused(let name, let error): "the message bus refuses the name \(name): \(error)"
        case .disconnected: "the message bus closed the connection"
        case .system(let error): error.description
        case .badArguments: "arguments of other types, or too long"
        }
    }

    /// sd-bus returns negative errnos.
    static func call(_ name: String, _ code: Int32) -> DBusError {
        switch -code {
        case ECONNRESET, ENOTCONN, EPIPE: .disconnected
        default: .system(SystemCallError(name, -code))
        }
    }
}
