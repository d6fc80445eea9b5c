public import Evdev

/// What became of a kernel keypad, for a log. Never carries what was typed.
public enum KeypadReport: Equatable, Sendable, CustomStringConvertible {
    /// Open, and grabbed: its keys come here and nowhere else.
    case attached(path: String, InputIdentity)
    /// It was unplugged, or failed.
    case detached(path: String, InputIdentity, EvdevError)
    /// The board allows it, but it cannot be used; it is tried again.
    case refused(path: String, InputIdentity, EvdevError)
    /// The board allows it, but it has no keys.
    case keyless(path: String, InputIdentity)
    /// The board allows it, but so many keypads are in use already.
    case crowded(path: String, InputIdentity, limit: Int)
    /// No device matches the rule now.
    case missing(KeypadMatch)
    /// The kernel had to drop events: presses may be missing.
    case overrun(path: String, InputIdentity, times: Int)

    /// Somebody should look at it.
    public var isTrouble: Bool {
        if case .attached = self { return false }
        return true
    }

    public var description: String {
        switch self {
        case .attached(let path, let identity): "keypad \(identity) is in use at \(path)"
        case .detached(_, let identity, let error): "keypad \(identity) is lost: \(error)"
        case .refused(_, let identity, let error): "keypad \(identity) cannot be used: \(error)"
        case .keyless(let path, let identity): "\(identity) at \(path) is allowed as a keypad but has no keys"
        case .crowded(let path, let identity, let limit):
            "keypad \(identity) at \(path) is not used: \(limit) keypads are in use already"
        case .missing(let rule): "no keypad is plugged in for \(rule)"
        case .overrun(_, let identity, let times):
            "keypad \(identity) was read too late: the kernel dropped events \(times) times"
        }
    }
}
