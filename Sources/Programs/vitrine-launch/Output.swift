internal import Glibc

/// How vitrine-launch ends; scripts depend on the numbers.
enum Exit: Int32 {
    /// Approved, or ended without a payment.
    case success = 0
    case declined = 1
    case usage = 2
    case needsMore = 3
    case cancelled = 4
    case failed = 5
    case notRemote = 6
}

/// What this program says, and its last words.
enum Output {
    static func line(_ text: String) { write(text, to: 1) }
    static func note(_ text: String) { write(text, to: 2) }

    static func end(_ code: Exit, _ problem: String) -> Never {
        note("vitrine-launch: \(problem)")
        exit(code.rawValue)
    }

    private static func write(_ text: String, to number: Int32) {
        let bytes = Array((text + "\n").utf8)
        // A reader that has gone away is no reason for another exit status.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
    }
}

func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
}
