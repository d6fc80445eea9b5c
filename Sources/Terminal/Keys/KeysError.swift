public import LinuxBase

/// Why a keypad could not be read. Never carries what was typed.
public enum KeysError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemCallError)
    /// A line of a script that is no key; lines are numbered from 1. Reading may go on with the next line.
    case unknownWord(line: Int)
    /// A line of a script without an end.
    case lineTooLong(line: Int)
    /// The keypad is gone (a terminal that hung up).
    case gone

    public var description: String {
        switch self {
        case .system(let error): error.description
        case .unknownWord(let line): "line \(line) of the key script is no key"
        case .lineTooLong(let line): "line \(line) of the key script is too long"
        case .gone: "the keypad is gone"
        }
    }
}
