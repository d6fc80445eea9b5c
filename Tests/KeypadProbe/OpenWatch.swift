import Glibc
import LinuxBase

/// Counts how often a file is opened by anybody (inotify).
struct OpenWatch: ~Copyable {
    private let queue: Descriptor

    init(_ path: String) throws(SystemCallError) {
        let number = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard number >= 0 else { throw SystemCallError("inotify_init1", errno) }
        let queue = Descriptor(owning: number)
        guard unsafe inotify_add_watch(number, path, UInt32(IN_OPEN)) >= 0 else {
            throw SystemCallError("inotify_add_watch(\(path))", errno)
        }
        self.queue = queue
    }

    /// Openings since the last call. Equal events that wait together count as one.
    func take() throws(SystemCallError) -> Int {
        var count = 0
        var events = [UInt8](repeating: 0, count: 4096)
        while case .bytes(let length) = try queue.read(into: &events) {
            // A watched file's events carry no name: 16 bytes each.
            count += length / 16
        }
        return count
    }
}
