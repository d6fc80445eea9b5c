import Glibc
import Keys
import LinuxBase
import Measurements
import Wire

/// Prints what the keypads of the given rules do, one line each, for a test that reads along:
///
///     report keypad "…" (…) is in use at …
///     key 5 after 312 us             from the kernel's event to this program
///     opened PATH 0 times            at the end, for each --opens
struct Watch {
    let rules: [KeypadMatch]
    let map: KeyMap
    let opens: [String]
    /// Ends after so many keys, this key, or so much time.
    let keys: Int
    let last: String?
    let time: Duration

    init(_ arguments: Arguments) throws {
        rules = try KeypadMatch.list(parsing: try arguments.required("--rules")[...])
        if let path = arguments["--map"] {
            let text = String(decoding: try Files.read(path, limit: 1 << 16), as: UTF8.self)
            map = try KeyMap(text: text)
        } else {
            map = .standard
        }
        opens = arguments.all("--opens")
        keys = Int(arguments["--keys"] ?? "") ?? .max
        last = arguments["--until"]
        time = .seconds(Int(arguments["--seconds"] ?? "") ?? 10)
    }

    func run() throws {
        let watches = try opens.map { OpenCount(path: $0, watch: try OpenWatch($0)) }
        var keypad = try EvdevKeypad(rules: rules, map: map)
        let end = Clock.now() + time
        var count = 0
        var isLast = false
        while count < keys, !isLast {
            for report in keypad.takeReports() { print("report \(report)") }
            let now = Clock.now()
            guard now < end else { break }
            let next = min(end, keypad.deadline ?? end)
            let ready = try Poll.wait(for: keypad.watched, timeout: max(.zero, next - now))
            let then = Clock.now()
            guard ready.contains(where: { !$0.isEmpty }) || keypad.deadline.map({ then >= $0 }) == true else {
                continue
            }
            for key in try keypad.read(now: then) {
                let late = keypad.newestPress.map { (then - $0).wholeNanoseconds / 1000 } ?? -1
                print("key \(Self.word(key)) after \(late) us")
                count += 1
                if Self.word(key) == last { isLast = true }
            }
        }
        for report in keypad.takeReports() { print("report \(report)") }
        for watch in watches { print("opened \(watch.path) \(try watch.watch.take()) times") }
    }

    static func word(_ key: Key) -> String {
        switch key {
        case .digit(let digit): "\(digit)"
        case .function(let number): "f\(number)"
        case .character(let scalar): "char \(scalar)"
        case .ok, .cancel, .clear, .up, .down, .left, .right: "\(key)"
        }
    }
}

/// (A class: an array cannot hold handles.)
private final class OpenCount {
    let path: String
    let watch: OpenWatch

    init(path: String, watch: consuming OpenWatch) {
        self.path = path
        self.watch = watch
    }
}
