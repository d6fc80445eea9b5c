internal import CLinux
internal import Glibc

/// What a name in a folder stands for.
public enum FileKind: Equatable, Sendable {
    case file, folder, link
    /// A device, a FIFO or a socket.
    case special
}

/// What the kernel says of a file.
public struct FileStatus: Equatable, Sendable {
    public let kind: FileKind
    /// Permission bits with set-user, set-group and sticky (07777).
    public let mode: UInt32
    public let size: Int

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .special
            }
        mode = status.st_mode & 0o7777
        size = Int(status.st_size)
    }
}

extension Files {
    /// The path without symbolic links; the path itself where there is nothing.
    public static func resolved(_ path: String) -> String {
        guard let found = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// Of the name itself: a link is a link.
    public static func status(_ path: String) throws(SystemCallError) -> FileStatus {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw .last("lstat(\(path))") }
        return FileStatus(status)
    }

    public static func status(of descriptor: borrowing Descriptor) throws(SystemCallError) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw .last("fstat") }
        return FileStatus(status)
    }

    /// Opens a file for reading; a link in the last place is an error (ELOOP), and a FIFO is not waited for.
    public static func openUnlinked(_ path: String) throws(SystemCallError) -> Descriptor {
        try open(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    }

    /// Makes a file that is not there yet, of exactly this mode whatever the umask.
    public static func makeFile(_ path: String, mode: UInt32) throws(SystemCallError) -> Descriptor {
        let file = try open(path, flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
        guard fchmod(file.raw, mode) == 0 else { throw .last("fchmod(\(path))") }
        return file
    }

    public static func sync(_ descriptor: borrowing Descriptor) throws(SystemCallError) {
        guard fsync(descriptor.raw) == 0 else { throw .last("fsync") }
    }

    /// Makes everything on the file system of `path` durable: for many files at once.
    public static func syncFileSystem(_ path: String) throws(SystemCallError) {
        let folder = try open(path, flags: O_RDONLY | O_DIRECTORY)
        let code = CLinux_sync_filesystem(folder.raw)
        guard code == 0 else { throw SystemCallError("syncfs(\(path))", -code) }
    }

    /// Makes the names in a folder durable.
    public static func syncFolder(_ path: String) throws(SystemCallError) {
        let folder = try open(path, flags: O_RDONLY | O_DIRECTORY)
        guard fsync(folder.raw) == 0 else { throw .last("fsync(\(path))") }
    }

    public static func setMode(_ path: String, _ mode: UInt32) throws(SystemCallError) {
        guard unsafe chmod(path, mode) == 0 else { throw .last("chmod(\(path))") }
    }

    /// What a link points to, at most `limit` bytes of it.
    public static func readLink(_ path: String, limit: Int = 4096) throws(SystemCallError) -> String {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe readlink(path, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard count >= 0 else { throw .last("readlink(\(path))") }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    public static func makeLink(_ path: String, to target: String) throws(SystemCallError) {
        guard unsafe symlink(target, path) == 0 else { throw .last("symlink(\(path))") }
    }

    /// Gives a file or folder another name. Returns false when a folder that holds something has that name already.
    public static func move(_ path: String, to target: String) throws(SystemCallError) -> Bool {
        if unsafe rename(path, target) == 0 { return true }
        let code = errno
        guard code == ENOTEMPTY || code == EEXIST else { throw SystemCallError("rename(\(path))", code) }
        return false
    }
}

extension Files {
    /// Bytes that this process may still write to the file system of `path`.
    public static func freeBytes(_ path: String) throws(SystemCallError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw .last("statvfs(\(path))") }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
