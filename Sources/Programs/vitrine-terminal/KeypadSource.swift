import Keys
import Measurements
import Wire

/// The one keypad that the command line chose, or none. (Two optionals: an enum of handles cannot be changed in place.)
struct KeypadSource: ~Copyable {
    private var script: ScriptKeypad?
    private var tty: TTYKeypad?

    init(_ choice: Options.Keypad) throws(KeysError) {
        switch choice {
        case .none: break
        case .script(let path): script = try ScriptKeypad(path)
        case .tty: tty = try TTYKeypad()
        }
    }

    /// Negative when there is nothing to poll.
    var descriptor: Int32 {
        switch script {
        case .some(let keypad): return keypad.descriptor
        case .none: break
        }
        switch tty {
        case .some(let keypad): return keypad.descriptor
        case .none: return -1
        }
    }

    var deadline: MonotonicTime? {
        switch script {
        case .some(let keypad): return keypad.deadline
        case .none: break
        }
        switch tty {
        case .some(let keypad): return keypad.deadline
        case .none: return nil
        }
    }

    /// A keypad that is gone would be ready for ever, with nothing to read.
    mutating func retire() {
        script = nil
        tty = nil
    }

    mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        if let keys = try script?.read(now: now) { return keys }
        return try tty?.read(now: now) ?? []
    }
}

extension KeysError {
    /// Reading may go on after it.
    var isPassing: Bool {
        switch self {
        case .unknownWord, .lineTooLong: true
        case .system, .gone: false
        }
    }
}
