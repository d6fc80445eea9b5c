internal import Glibc
public import LinuxBase

/// A new folder `/tmp/vitrine-XXXXXX`, removed with all it holds when the value ends. The path is short: socket paths have
/// 107 bytes.
public struct TemporaryFolder: ~Copyable, Sendable {
    public let path: String

    public init() throws(SystemCallError) {
        var template: [CChar] = "/tmp/vitrine-XXXXXX\0".utf8.map { CChar(bitPattern: $0) }
        guard unsafe mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // What cannot be removed stays in /tmp for whoever looks after the machine; no test depends on it.
    deinit { try? Files.removeTree(path) }
}
