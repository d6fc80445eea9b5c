internal import Glibc

extension Process {
    /// `NAME=value`, as exec(2) takes it.
    public static var environment: [String] {
        var result: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            result.append(unsafe String(cString: entry))
            unsafe next += 1
        }
        return result
    }

    /// The folders from which this program's shared libraries were loaded, sorted.
    public static func libraryFolders() -> [String] {
        guard let map = try? Files.read("/proc/self/maps", limit: 4 << 20) else { return [] }  // Then none are known.
        var folders: Set<String> = []
        for line in String(decoding: map, as: UTF8.self).split(separator: "\n") {
            guard let slash = line.firstIndex(of: "/"), line[slash...].contains(".so") else { continue }
            folders.insert(Files.parent(of: String(line[slash...])))
        }
        return folders.sorted()
    }
}

extension Files {
    /// Opens a name without what is behind it (O_PATH, which needs _GNU_SOURCE).
    public static func openName(_ path: String) throws(SystemCallError) -> Descriptor {
        try open(path, flags: 0o10_000_000)
    }
}

/// Ends this process at once: no handlers run, no buffers but stdout's are written.
public func exitNow(_ code: Int32) -> Never {
    fflush(nil)
    _exit(code)
}
