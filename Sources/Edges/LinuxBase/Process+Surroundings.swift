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

    /// Allows this process as many open descriptors as it may allow itself. Returns how many.
    @discardableResult
    public static func raiseOpenFileLimit() throws(SystemCallError) -> Int {
        let which = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(which, &limit) == 0 else { throw .last("getrlimit(RLIMIT_NOFILE)") }
        limit.rlim_cur = limit.rlim_max
        guard unsafe setrlimit(which, &limit) == 0 else { throw .last("setrlimit(RLIMIT_NOFILE)") }
        return Int(clamping: limit.rlim_cur)
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

    /// The dynamic loader that started this program; nil where there is none, or no /proc.
    public static func loaderPath() -> String? {
        guard let map = try? Files.read("/proc/self/maps", limit: 4 << 20) else { return nil }  // As above.
        for line in String(decoding: map, as: UTF8.self).split(separator: "\n") {
            guard let slash = line.firstIndex(of: "/"), let name = line.split(separator: "/").last else { continue }
            if name.hasPrefix("ld-"), name.contains(".so") { return String(line[slash...]) }
        }
        return nil
    }
}

extension Files {
    /// The same place, from wherever it is named.
    public static func absolute(_ path: String) throws(SystemCallError) -> String {
        guard !path.hasPrefix("/") else { return path }
        var buffer = [CChar](repeating: 0, count: 4096)
        guard unsafe getcwd(&buffer, buffer.count) != nil else { throw .last("getcwd") }
        let folder = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return folder + "/" + path
    }

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
