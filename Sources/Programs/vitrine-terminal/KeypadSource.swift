import Keys
import Measurements
import Wire

/// The one keypad that the command line chose.
enum KeypadSource: ~Copyable {
    case none
    case script(ScriptKeypad)
    case tty(TTYKeypad)

    init(_ choice: Options.Keypad) throws(KeysError) {
        switch choice {
        case .none: self = .none
        case .script(let path): self = .script(try ScriptKeypad(path))
        case .tty: self = .tty(try TTYKeypad())
        }
    }

    /// Negative when there is nothing to poll.
    var descriptor: Int32 {
        switch self {
        case .none: -1
        case .script(let keypad): keypad.descriptor
        case .tty(let keypad): keypad.descriptor
        }
    }

    var deadline: MonotonicTime? {
        switch self {
        case .none: nil
        case .script(let keypad): keypad.deadline
        case .tty(let keypad): keypad.deadline
        }
    }

    mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        switch consume self {
        case .none:
            self = .none
            return []
        case .script(var keypad):
            defer { self = .script(keypad) }
            return try keypad.read(now: now)
        case .tty(var keypad):
            defer { self = .tty(keypad) }
            return try keypad.read(now: now)
        }
    }
}
