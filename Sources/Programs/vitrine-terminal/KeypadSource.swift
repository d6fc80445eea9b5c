import Keys
import LinuxBase
import Measurements
import Wire

/// The one keypad that the command line chose, or none. (Optionals: an enum of handles cannot be changed in place.)
struct KeypadSource: ~Copyable {
    private var script: ScriptKeypad?
    private var tty: TTYKeypad?
    private var devices: EvdevKeypad?

    init(_ choice: Options.Keypad) throws(KeysError) {
        switch choice {
        case .none: break
        case .script(let path): script = try ScriptKeypad(path)
        case .tty: tty = try TTYKeypad()
        case .devices(let matches, let keys): devices = try EvdevKeypad(rules: matches, map: keys)
        }
    }

    var watched: [(descriptor: Int32, events: Poll.Events)] {
        switch script {
        case .some(let keypad): return [(keypad.descriptor, .readable)]
        case .none: break
        }
        switch devices {
        case .some(let keypad): return keypad.watched
        case .none: break
        }
        switch tty {
        case .some(let keypad): return [(keypad.descriptor, .readable)]
        case .none: return []
        }
    }

    var deadline: MonotonicTime? {
        switch script {
        case .some(let keypad): return keypad.deadline
        case .none: break
        }
        switch devices {
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
        devices = nil
    }

    /// What happened to the keypads since the last call.
    mutating func takeReports() -> [KeypadReport] { devices?.takeReports() ?? [] }

    mutating func read(now: MonotonicTime) throws(KeysError) -> [Key] {
        if let keys = try script?.read(now: now) { return keys }
        if let keys = try devices?.read(now: now) { return keys }
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
