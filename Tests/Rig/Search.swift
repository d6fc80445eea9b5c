internal import LinuxBase
internal import Glibc

/// Looks for bytes where they should not be.
public enum Search {
    /// The plain files in `folder` and in folders of it, `depth` deep, that hold `needle`. Files that vanish, or that are
    /// not to be read, are passed over; with `since` also those that were last written before it.
    public static func files(
        in folder: String, holding needle: [UInt8], depth: Int = 8, since: Int64? = nil
    ) throws -> [String] {
        try Files.names(in: folder).flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            var status = stat()
            guard unsafe lstat(path, &status) == 0 else { return [] }
            switch status.st_mode & S_IFMT {
            case S_IFDIR:
                return depth > 0 ? (try? files(in: path, holding: needle, depth: depth - 1, since: since)) ?? [] : []
            case S_IFREG:
                if let since, Int64(status.st_mtim.tv_sec) < since { return [] }
                guard let bytes = try? Files.read(path, limit: 256 << 20) else { return [] }
                return contains(bytes, needle) ? [path] : []
            default: return []
            }
        }
    }

    /// How often `needle` is in the memory of a process that can be written to: heaps, stacks, data.
    public static func occurrences(of needle: [UInt8], inMemoryOf process: Int32) throws -> Int {
        let maps = String(decoding: try Files.read("/proc/\(process)/maps", limit: 16 << 20), as: UTF8.self)
        let memory = try Files.open("/proc/\(process)/mem", flags: O_RDONLY)
        return maps.split(separator: "\n").reduce(0) { sum, line in
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard words[1].hasPrefix("rw"), ends.count == 2 else { return sum }
            var bytes = [UInt8](repeating: 0, count: ends[1] - ends[0])
            let read = unsafe pread(memory.raw, &bytes, bytes.count, ends[0])
            return read > 0 ? sum + count(of: needle, in: bytes) : sum
        }
    }

    public static func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool { count(of: needle, in: bytes) > 0 }

    static func count(of needle: [UInt8], in bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            guard let first = needle.first, buffer.count >= needle.count, let base = buffer.baseAddress else {
                return 0
            }
            var found = 0
            var start = 0
            let end = buffer.count - needle.count + 1
            while start < end, let hit = unsafe memchr(base + start, Int32(first), end - start) {
                if unsafe memcmp(hit, needle, needle.count) == 0 { found += 1 }
                start = unsafe base.distance(to: UnsafeRawPointer(hit)) + 1
            }
            return found
        }
    }
}
