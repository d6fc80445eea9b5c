public import LinuxBase
public import PNG
public import Pictures

/// Why there is no plane, or no picture of it.
public enum PlaneError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Each side is between 1 and 8192 pixels.
    case size(PixelSize)
    case system(SystemCallError)
    case png(PNGError)
    /// What a display driver said.
    case display(String)
    /// The file is no plane: too short, another magic number, or numbers that do not fit the file.
    case notPlane(path: String)
    /// The address after `rfb:` is not 127.0.0.1 or ::1 with a port: the plane shows what the cardholder sees.
    case notLoopback(String)
    /// The board has no keys but those on the screen.
    case noRoomForKeys(PixelSize)

    public var description: String {
        switch self {
        case .size(let size): "no plane can be \(size)"
        case .system(let error): error.description
        case .png(let error): error.description
        case .display(let reason): reason
        case .notPlane(let path): "\(path) is not a plane file"
        case .notLoopback(let address): "\(address): a plane is shown on the loopback address only (rfb:127.0.0.1:PORT)"
        case .noRoomForKeys(let size): "keypad = screen: on \(size) pixels keys would be too small for fingers"
        }
    }
}
