import Glibc
import LinuxBase
import Testing

/// A folder of a test's own, removed with it.
struct Folder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/vitrine-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // What stays is in /tmp, and the next run uses another name.
    deinit { try? Files.removeTree(path) }
}

/// True while the process exists and is not a zombie that waits for its parent.
func isRunning(_ process: Int32) -> Bool {
    guard let status = try? Files.read("/proc/\(process)/stat", limit: 4096) else { return false }
    // pid (name) state …; the name may hold anything but ends at the last parenthesis.
    guard let end = status.lastIndex(of: UInt8(ascii: ")")), end + 2 < status.count else { return false }
    return status[end + 2] != UInt8(ascii: "Z") && status[end + 2] != UInt8(ascii: "X")
}

/// Looks again until `condition` holds or a generous time has passed. Also for what follows from closing a descriptor: a
/// child that another test starts at the same time holds a copy of it between fork and exec.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<2000 {
        if try condition() { return true }
        Clock.sleep(.milliseconds(5))
    }
    return false
}

/// Everything that comes until the other end closes.
func readAll(_ descriptor: borrowing Descriptor) throws -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        switch try descriptor.read(into: &buffer) {
        case .bytes(let count): result += buffer[..<count]
        case .wouldBlock: _ = try Poll.wait(for: descriptor.raw, events: .readable, timeout: .seconds(10))
        case .closed: return result
        }
    }
}

/// What a shell command prints, with its exit status. The command has no environment but a PATH.
func shell(_ script: String, descriptors: [(from: Int32, to: Int32)] = []) throws -> (
    text: String, status: LinuxBase.ExitStatus?
) {
    let pair = try UnixSocket.pair()
    var child = try ChildProcess(
        "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"],
        descriptors: descriptors + [(pair.second.raw, 1)])
    let reader = pair.split { reader, _ in reader }
    let text = String(decoding: try readAll(reader), as: UTF8.self)
    return (text, try child.wait(timeout: .seconds(10)))
}
