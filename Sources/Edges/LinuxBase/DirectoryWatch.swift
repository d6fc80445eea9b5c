internal import Glibc

/// Tells that names in some folders came, went or changed their rights (inotify(7)). Says that, not which: whoever asks
/// looks again.
public struct DirectoryWatch: ~Copyable, Sendable {
    private let queue: Descriptor

    public init() throws(SystemCallError) {
        let number = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard number >= 0 else { throw .last("inotify_init1") }
        queue = Descriptor(owning: number)
    }

    /// Poll this for reading.
    public var descriptor: Int32 { queue.raw }

    /// Watches a folder too; one that is watched already stays so. False when there is no such folder. A folder that
    /// vanishes is a change, and has to be added again when it is back.
    public borrowing func add(_ folder: String) throws(SystemCallError) -> Bool {
        let kinds = IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB | IN_DELETE_SELF
        let number = unsafe inotify_add_watch(queue.raw, folder, UInt32(kinds) | UInt32(IN_ONLYDIR))
        if number >= 0 { return true }
        let code = errno
        guard code == ENOENT || code == ENOTDIR else { throw SystemCallError("inotify_add_watch(\(folder))", code) }
        return false
    }

    /// True when something changed since the last call. Never waits. What was lost in a flood counts as a change, and
    /// what one call leaves unread keeps the descriptor readable.
    public borrowing func takeChanges() throws(SystemCallError) -> Bool {
        // One event takes at most 16 bytes and a name of 256.
        var events = [UInt8](repeating: 0, count: 16 << 10)
        if case .bytes = try queue.read(into: &events) { return true }
        return false
    }
}
