internal import Glibc

extension UnixSocket {
    /// Connects to a socket that somebody less trusted made at `path`: the last component must be a socket, not a link that
    /// leads to another. The folders above it must be beyond their reach.
    public static func connectWithoutLinks(_ path: String) throws(SystemCallError) -> Descriptor {
        // O_PATH is behind _GNU_SOURCE. It opens the name, not the socket; connecting to the number cannot be raced.
        let pathOnly: Int32 = 0o10_000_000
        let name = try Files.open(path, flags: pathOnly | O_NOFOLLOW)
        var status = stat()
        guard unsafe fstat(name.raw, &status) == 0 else { throw .last("fstat(\(path))") }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemCallError("connect(\(path))", ENOTSOCK) }
        return try connect("/proc/self/fd/\(name.raw)")
    }
}
