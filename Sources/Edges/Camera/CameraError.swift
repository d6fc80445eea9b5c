public import LinuxBase

/// Why a camera cannot be used.
public enum CameraError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    /// Something is at this path, but it is no camera that streams.
    case notCamera(path: String)
    /// None of the formats that are read here: grey, NV12, YUYV.
    case noFormat(path: String)
    /// Somebody else uses it (EBUSY).
    case held(path: String)
    /// Unplugged (ENODEV).
    case gone(path: String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .notCamera(let path): "\(path) is no camera"
        case .noFormat(let path): "\(path) has no picture format that can be read here"
        case .held(let path): "\(path) is used by another program"
        case .gone(let path): "\(path) is gone"
        }
    }

    /// Classifies what an ioctl returned, negative.
    init(_ call: String, _ code: Int32, path: String) {
        // Numbers of Linux's asm-generic/errno-base.h and errno.h.
        switch -code {
        case 16: self = .held(path: path)
        case 19, 6: self = .gone(path: path)
        case 25, 22: self = .notCamera(path: path)
        default: self = .system(SystemCallError("\(call)(\(path))", -code))
        }
    }
}
