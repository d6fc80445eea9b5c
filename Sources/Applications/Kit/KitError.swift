public import Drawing
public import LinuxBase
public import Wire

/// Why an application could not start or go on. What the client sends can end its connection, never the application.
public enum KitError: Error, Sendable, CustomStringConvertible {
    case request(path: String, Files.ReadError)
    case malformedRequest(WireError)
    case malformedInput(WireError)
    case picture(DrawingError)
    case system(SystemCallError)

    public var description: String {
        switch self {
        case .request(let path, let error): "\(path) cannot be read: \(error)"
        case .malformedRequest(let error): "the request is malformed: \(error)"
        case .malformedInput(let error): "the server's input is malformed: \(error)"
        case .picture(let error): error.description
        case .system(let error): error.description
        }
    }
}
