internal import CLinux
internal import Glibc

/// Whole files: read with a limit, replaced in one step.
public enum Files {
    public enum ReadError: Error, Equatable, Sendable {
        case system(SystemCallError)
        case tooLarge(path: String, limit: Int)
    }

    public static func open(_ path: String, flags: Int32, mode: UInt32 = 0o600) throws(SystemCallError) -> Descriptor {
        let fd = unsafe CLinux_open(path, flags, mode)
        guard fd >= 0 else { throw SystemCallError("open(\(path))", -fd) }
        return Descriptor(owning: fd)
    }

    /// The file's bytes; an error when there are more than `limit`.
    public static func read(_ path: String, limit: Int) throws(ReadError) -> [UInt8] {
        do {
            let file = try open(path, flags: O_RDONLY)
            var result: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65536)
            while case .bytes(let n) = try file.read(into: &chunk) {
                guard result.count + n <= limit else { throw ReadError.tooLarge(path: path, limit: limit) }
                result.append(contentsOf: chunk[..<n])
            }
            return result
        } catch let error as SystemCallError {
            throw .system(error)
        } catch let error as ReadError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown: \(error)")
        }
    }

    /// Replaces `path` so that a reader, or a machine that loses power, finds the old bytes or the new ones: write to a
    /// neighbour, fsync, rename, fsync the folder.
    public static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemCallError) {
        let neighbour = path + ".new"
        do {
            let file = try open(neighbour, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: mode)
            try file.writeAll(bytes)
            guard fsync(file.raw) == 0 else { throw SystemCallError.last("fsync(\(neighbour))") }
        }
        guard unsafe rename(neighbour, path) == 0 else { throw .last("rename(\(path))") }
        let folder = try open(parent(of: path), flags: O_RDONLY | O_DIRECTORY)
        guard fsync(folder.raw) == 0 else { throw .last("fsync(\(parent(of: path)))") }
    }

    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes `path` and the folders above it; those that exist stay as they are.
    public static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(SystemCallError) {
        guard !exists(path) else { return }
        let above = parent(of: path)
        if above != path { try makeFolder(above, mode: mode) }
        guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw .last("mkdir(\(path))") }
    }

    /// Removes a file; one that is not there is fine.
    public static func remove(_ path: String) throws(SystemCallError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .last("unlink(\(path))") }
    }

    /// Removes a folder with all it holds, without following links. Best effort: the first error is thrown at the end.
    public static func removeTree(_ path: String) throws(SystemCallError) {
        var failure: SystemCallError?
        for name in (try? names(in: path)) ?? [] {  // A plain file has no names; it is removed below.
            let inner = path + "/" + name
            if isFolder(inner) {
                do throws(SystemCallError) { try removeTree(inner) } catch { failure = failure ?? error }
            } else if unsafe unlink(inner) != 0 && errno != ENOENT {
                failure = failure ?? .last("unlink(\(inner))")
            }
        }
        if unsafe rmdir(path) != 0 && errno != ENOENT { failure = failure ?? .last("rmdir(\(path))") }
        if let failure { throw failure }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    public static func names(in path: String) throws(SystemCallError) -> [String] {
        guard let folder = unsafe opendir(path) else { throw .last("opendir(\(path))") }
        defer { unsafe closedir(folder) }
        var result: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { result.append(name) }
        }
        return result.sorted()
    }

    /// True for a real folder, not for a link to one.
    public static func isFolder(_ path: String) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    public static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
