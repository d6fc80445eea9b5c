internal import Glibc

extension Files {
    /// Opens `path` for reading and writing as a file of exactly `count` bytes, made if it is not there; new bytes are
    /// zero. A file of another length is emptied first: whoever has the old one mapped must look again.
    public static func openSized(_ path: String, count: Int, mode: UInt32 = 0o600) throws(SystemCallError) -> Descriptor
    {
        let file = try open(path, flags: O_RDWR | O_CREAT, mode: mode)
        var status = stat()
        guard unsafe fstat(file.raw, &status) == 0 else { throw .last("fstat(\(path))") }
        if status.st_size != count {
            guard ftruncate(file.raw, 0) == 0, ftruncate(file.raw, off_t(count)) == 0 else {
                throw .last("ftruncate(\(path))")
            }
        }
        return file
    }

    /// Bytes of an open file.
    public static func length(_ descriptor: borrowing Descriptor) throws(SystemCallError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw .last("fstat") }
        return Int(status.st_size)
    }

    /// True for a plain file: one that has an end, and is always readable.
    public static func isPlainFile(_ descriptor: borrowing Descriptor) throws(SystemCallError) -> Bool {
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw .last("fstat") }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// Opens `path` for reading without waiting. A FIFO never ends then: the reader holds a writing end of its own, too.

    public static func openForScript(_ path: String) throws(SystemCallError) -> Descriptor {
        let fifo = try isFIFO(path)
        return try open(path, flags: (fifo ? O_RDWR : O_RDONLY) | O_NONBLOCK)
    }

    private static func isFIFO(_ path: String) throws(SystemCallError) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw .last("stat(\(path))") }
        return status.st_mode & S_IFMT == S_IFIFO
    }
}
