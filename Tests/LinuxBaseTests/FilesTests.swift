import Glibc
import LinuxBase
import Testing

@Suite struct FilesTests {
    @Test func `a file is read whole, or refused when it is longer than its limit`() throws {
        let folder = try Folder()
        let path = folder.path + "/file"
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        try Files.replace(path, with: bytes)
        #expect(try Files.read(path, limit: bytes.count) == bytes)
        #expect(throws: Files.ReadError.tooLarge(path: path, limit: bytes.count - 1)) {
            try Files.read(path, limit: bytes.count - 1)
        }
        #expect(throws: Files.ReadError.system(SystemCallError("open(\(path).no)", ENOENT))) {
            try Files.read(path + ".no", limit: 1)
        }
        #expect(throws: Files.ReadError.tooLarge(path: "/dev/zero", limit: 100_000)) {
            try Files.read("/dev/zero", limit: 100_000)
        }
    }

    @Test func `a reader finds the old file or the new one and never a part`() throws {
        let folder = try Folder()
        let path = folder.path + "/record"
        try Files.replace(path, with: [UInt8](repeating: 0, count: 30_000))
        try WorkerThread.start("replacing") { [path = folder.path] in
            for round in UInt8(1)...60 {
                // Lengths differ, so that a torn file would have a length of neither.
                do {
                    try Files.replace(
                        path + "/record", with: [UInt8](repeating: round, count: 30_000 + 500 * Int(round)))
                } catch { Issue.record(error) }
            }
        }
        var seen: Set<UInt8> = []
        while seen.max() != 60 {
            let bytes = try Files.read(path, limit: 1 << 20)
            let round = try #require(bytes.first)
            #expect(bytes.count == 30_000 + 500 * Int(round))
            #expect(bytes.allSatisfy { $0 == round })
            seen.insert(round)
        }
        #expect(try Files.names(in: folder.path) == ["record"])
    }

    @Test func `a replacement that cannot be written leaves the old file`() throws {
        let folder = try Folder()
        let path = folder.path + "/record"
        try Files.replace(path, with: [1, 2, 3], mode: 0o640)
        #expect(try Files.status(path).mode & ~0o640 == 0)
        // The neighbour's place is taken by a folder.
        try Files.makeFolder(path + ".new")
        #expect(throws: SystemCallError("open(\(path).new)", EISDIR)) { try Files.replace(path, with: [4]) }
        #expect(try Files.read(path, limit: 10) == [1, 2, 3])
        #expect(throws: SystemCallError.self) { try Files.replace(folder.path + "/none/record", with: [1]) }
    }

    @Test func `folders are made with those above, and removed with what they hold, links not followed`() throws {
        let folder = try Folder()
        let outside = folder.path + "/outside"
        let inner = folder.path + "/a/b/c"
        try Files.makeFolder(outside)
        try Files.replace(outside + "/kept", with: [1])
        try Files.makeFolder(inner)
        try Files.makeFolder(inner)
        try Files.replace(inner + "/file", with: [])
        try Files.makeLink(inner + "/link", to: outside)
        #expect(try Files.names(in: inner) == ["file", "link"])
        #expect(Files.isFolder(inner) && !Files.isFolder(inner + "/link") && !Files.isFolder(inner + "/file"))
        try Files.removeTree(folder.path + "/a")
        #expect(try Files.names(in: folder.path) == ["outside"])
        #expect(try Files.names(in: outside) == ["kept"])
        try Files.removeTree(folder.path + "/a")
        try Files.remove(folder.path + "/a")
    }

    @Test func `the folder of a path`() {
        let rows = [("/a/b", "/a"), ("/a", "/"), ("a", "."), ("a/b", "a"), ("/", "/")]
        for (path, expected) in rows { #expect(Files.parent(of: path) == expected, "\(path)") }
    }

    @Test func `a locked file is locked for everybody else, until the lock ends`() throws {
        let folder = try Folder()
        let path = folder.path + "/lock"
        func isFree() throws -> Bool { try shell("flock -n \(path) true").status == .exited(0) }
        do {
            let lock = try FileLock(path)
            if lock == nil { Issue.record("a new file is locked") }
            #expect(try !canLock(path))
            #expect(try !isFree())
        }
        #expect(try eventually { try isFree() })
        #expect(try eventually { try canLock(path) })
    }

    private func canLock(_ path: String) throws -> Bool { try FileLock(path) != nil }

    @Test func `shared memory is one memory, and can be neither shortened nor grown`() throws {
        let memory = try SharedMemory(name: "frames", count: 8192)
        let other = try SharedMemory(mapping: try memory.descriptor.duplicate(), count: 8192, writable: true)
        unsafe memory.base.storeBytes(of: 0xdead_beef, toByteOffset: 8000, as: UInt32.self)
        #expect(unsafe other.base.load(fromByteOffset: 8000, as: UInt32.self) == 0xdead_beef)
        #expect(unsafe other.base.load(as: UInt64.self) == 0)
        for length in [0, 4096, 16384] {
            #expect(ftruncate(memory.descriptor.raw, length) != 0)
            #expect(errno == EPERM)
        }
        // A mapping beyond the end would be a SIGBUS later.
        #expect(throws: SystemCallError("mmap", EINVAL)) {
            _ = try SharedMemory(mapping: try memory.descriptor.duplicate(), count: 8193, writable: true)
        }
        #expect(throws: SystemCallError("mmap", EINVAL)) {
            _ = try SharedMemory(mapping: try memory.descriptor.duplicate(), count: 0, writable: true)
        }
    }

    @Test func `a sized file is zero, keeps what fits and is emptied when its size changes`() throws {
        let folder = try Folder()
        let path = folder.path + "/sized"
        do {
            let file = try Files.openSized(path, count: 100)
            #expect(try Files.length(file) == 100)
            try file.writeAll([1, 2, 3])
        }
        _ = try Files.openSized(path, count: 100)
        #expect(try Files.read(path, limit: 100).prefix(4) == [1, 2, 3, 0])
        _ = try Files.openSized(path, count: 50)
        #expect(try Files.read(path, limit: 100) == [UInt8](repeating: 0, count: 50))
    }

    @Test func `a made file has its mode, and was not there before`() throws {
        let folder = try Folder()
        let path = folder.path + "/made"
        _ = try Files.makeFile(path, mode: 0o664)
        #expect(try Files.status(path).mode == 0o664)
        #expect(throws: SystemCallError("open(\(path))", EEXIST)) { _ = try Files.makeFile(path, mode: 0o600) }
        try Files.makeLink(folder.path + "/link", to: path)
        #expect(throws: SystemCallError("open(\(folder.path)/link)", ELOOP)) {
            _ = try Files.openUnlinked(folder.path + "/link")
        }
        #expect(try Files.status(folder.path + "/link").kind == .link)
        #expect(try Files.readLink(folder.path + "/link") == path)
    }
}
