import Glibc
import LinuxBase

/// A folder under /tmp, short enough for socket paths, removed with the value.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/vitrine-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // Best effort: what a failing test leaves behind is looked at, not relied on.
    deinit { try? Files.removeTree(path) }
}
