/// Tar archives entry by entry, so that a test can write what no tool would.
struct Tar {
    private(set) var bytes: [UInt8] = []

    /// One entry: a POSIX head, and content.
    mutating func add(
        _ path: String, type: Character = "0", mode: Int = 0o644, link: String = "", _ content: [UInt8] = [],
        size: Int? = nil
    ) {
        var head = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int) {
            head.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(path, at: 0)
        put(octal(mode, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size ?? content.count, 11), at: 124)
        put(octal(0, 11), at: 136)
        put(String(repeating: " ", count: 8), at: 148)
        put(String(type), at: 156)
        put(link, at: 157)
        put("ustar\u{0}00", at: 257)
        put(octal(head.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        bytes += head + content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    mutating func add(_ path: String, text: String, mode: Int = 0o644) {
        add(path, mode: mode, Array(text.utf8))
    }

    mutating func append(_ other: Tar) { bytes += other.bytes }

    mutating func folder(_ path: String) { add(path, type: "5", mode: 0o755) }

    /// A pax header for the next entry.
    mutating func pax(_ key: String, _ value: String) {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count
        while "\(length)".utf8.count + rest.utf8.count != length { length = "\(length)".utf8.count + rest.utf8.count }
        add("pax", type: "x", Array("\(length)\(rest)".utf8))
    }

    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }
}
