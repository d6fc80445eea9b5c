internal import Glibc

/// An exclusive lock on a file (flock(2)), held until the value ends or the process does, however it does.
public struct FileLock: ~Copyable, Sendable {
    private let file: Descriptor

    /// Nil when another process holds it. The file is made if it is not there, and stays.
    public init?(_ path: String) throws(SystemCallError) {
        let file = try Files.open(path, flags: O_RDWR | O_CREAT)
        guard flock(file.raw, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            if code == EWOULDBLOCK { return nil }
            throw SystemCallError("flock(\(path))", code)
        }
        self.file = file
    }
}
