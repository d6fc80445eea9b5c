public import LinuxBase
public import RFB

/// Why there are no more pictures from a cell. Each ends the session's capture.
public enum CaptureError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No socket, or nobody behind it, within the time.
    case absent
    /// The cell ended before it served a picture.
    case ended
    /// Another thread asked the wait to end.
    case interrupted
    case protocolError(RFBError)
    case system(SystemCallError)

    public var description: String {
        switch self {
        case .absent: "the application serves no picture"
        case .ended: "the application ended before it served a picture"
        case .interrupted: "interrupted"
        case .protocolError(let error): "the application's picture: \(error)"
        case .system(let error): error.description
        }
    }
}
