public import LinuxBase

/// Why an input device cannot be used. Never carries what was typed.
public enum EvdevError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    /// Something is at this path, but it does not answer as an input device.
    case notInput(path: String)
    /// Somebody else has grabbed it (EBUSY): what is typed would be theirs.
    case held(path: String)
    /// Unplugged (ENODEV).
    case gone(path: String)
    /// At this path is another device than the one that was looked up: it was replugged in between.
    case replaced(path: String)

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .notInput(let path): "\(path) is no input device"
        case .held(let path): "\(path) is grabbed by another program"
        case .gone(let path): "\(path) is gone"
        case .replaced(let path): "\(path) became another device while it was being opened"
        }
    }
}
