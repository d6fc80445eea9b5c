internal import Crypto
internal import LinuxBase

/// Copies an application's folder, file by file, and takes the digest of what it has written: what is digested is what
/// will run, whatever happens to the source meanwhile.
///
/// The digest is SHA-256 over one entry for each name, sorted by the bytes of its path: a letter (`F` file, `D` folder,
/// `L` link), the path's length, the path, the mode (`755` or `644`; links none), the content's length, the content (a
/// link's target); lengths as decimal digits, each item ended by a zero byte.
struct FolderImport {
    /// What may be in a folder.
    struct Rules {
        var files = 20_000
        var bytes = 512 << 20
        var pathBytes = 512
        /// A whole root: no link leads out of it, and its many files are made durable in one step.
        var isRoot = false
    }

    private let rules: Rules

    private struct Entry {
        let path: String
        let status: FileStatus
    }

    private var digest = SHA256()
    private var total = 0

    private init(_ rules: Rules) { self.rules = rules }

    /// Copies `source` to `target`, which must not exist yet, and returns the digest in lower-case hex.
    static func copy(_ source: String, to target: String, _ rules: Rules = Rules()) throws(CatalogueError) -> String {
        var copier = FolderImport(rules)
        do throws(SystemCallError) { try Files.makeFolder(target, mode: 0o700) } catch { throw .system(error) }
        var folders = [target]
        for entry in try copier.entries(of: source) {
            try copier.copy(entry, from: source, to: target)
            if entry.status.kind == .folder { folders.append(target + "/" + entry.path) }
        }
        do throws(SystemCallError) {
            for folder in folders {
                try Files.setMode(folder, 0o755)
                if !rules.isRoot { try Files.syncFolder(folder) }
            }
            if rules.isRoot { try Files.syncFileSystem(target) }
        } catch { throw .system(error) }
        return copier.finish()
    }

    /// The digest of a folder as it lies there.
    static func digest(of folder: String, _ rules: Rules = Rules()) throws(CatalogueError) -> String {
        var copier = FolderImport(rules)
        for entry in try copier.entries(of: folder) { try copier.copy(entry, from: folder, to: nil) }
        return copier.finish()
    }

    private func finish() -> String { [UInt8](digest.finalize()).hexadecimal }

    /// Everything below a folder, sorted, with nothing in it that a cell should not be given.
    private func entries(of root: String) throws(CatalogueError) -> [Entry] {
        var result: [Entry] = []
        var waiting = [""]
        while let folder = waiting.popLast() {
            let names: [String]
            do { names = try Files.names(in: root + "/" + folder) } catch { throw .system(error) }
            for name in names {
                let path = folder.isEmpty ? name : folder + "/" + name
                guard path.utf8.count <= rules.pathBytes, path.isPrintable else {
                    throw .file(path.isPrintable ? path : "?", problem: "its path is too long or not printable")
                }
                let status: FileStatus
                do { status = try Files.status(root + "/" + path) } catch { throw .system(error) }
                guard status.kind != .special else {
                    throw .file(path, problem: "a device, FIFO or socket cannot be part of an application")
                }
                guard status.kind == .link || status.mode & 0o6000 == 0 || status.kind == .folder else {
                    throw .file(path, problem: "set-user and set-group files cannot be part of an application")
                }
                result.append(Entry(path: path, status: status))
                guard result.count <= rules.files else { throw .tooLarge(what: "files", limit: rules.files) }
                if status.kind == .folder { waiting.append(path) }
            }
        }
        // Swift compares strings by Unicode; the digest must not depend on its version.
        return result.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private mutating func copy(_ entry: Entry, from source: String, to target: String?) throws(CatalogueError) {
        let inner = source + "/" + entry.path
        let outer = target.map { $0 + "/" + entry.path }
        do {
            switch entry.status.kind {
            case .folder:
                item("D", entry.path, mode: "755", count: 0)
                if let outer { try Files.makeFolder(outer, mode: 0o700) }
            case .link:
                let link = try Files.readLink(inner)
                guard rules.isRoot || Self.staysInside(link, at: entry.path) else {
                    throw CatalogueError.file(entry.path, problem: "the link leads out of the folder")
                }
                item("L", entry.path, mode: "", count: link.utf8.count)
                digest.update(data: Array(link.utf8))
                if let outer { try Files.makeLink(outer, to: link) }
            case .file, .special:
                try copyFile(entry.path, inner, outer)
            }
        } catch let error as SystemCallError {
            throw .system(error)
        } catch let error as CatalogueError {
            throw error
        } catch {
            preconditionFailure("only the two errors above are thrown: \(error)")
        }
    }

    private mutating func copyFile(_ path: String, _ inner: String, _ outer: String?) throws {
        let file = try Files.openUnlinked(inner)
        // Of the file that is open: the name may stand for another one by now.
        let status = try Files.status(of: file)
        guard status.kind == .file, status.mode & 0o6000 == 0 else {
            throw CatalogueError.file(path, problem: "it changed while it was read")
        }
        total += status.size
        guard total <= rules.bytes else { throw CatalogueError.tooLarge(what: "bytes", limit: rules.bytes) }
        let mode: UInt32 = status.mode & 0o111 == 0 ? 0o644 : 0o755
        item("F", path, mode: mode == 0o755 ? "755" : "644", count: status.size)
        guard let outer else {
            try pump(file, path, status.size) { _ in }
            return
        }
        let copy = try Files.makeFile(outer, mode: mode)
        try pump(file, path, status.size) { bytes in try copy.writeAll(bytes) }
        if !rules.isRoot { try Files.sync(copy) }
    }

    private mutating func pump(
        _ file: borrowing Descriptor, _ path: String, _ size: Int, _ sink: ([UInt8]) throws -> Void
    ) throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var count = 0
        while case .bytes(let n) = try file.read(into: &chunk) {
            count += n
            guard count <= size else { break }
            let bytes = Array(chunk[..<n])
            digest.update(data: bytes)
            try sink(bytes)
        }
        guard count == size else { throw CatalogueError.file(path, problem: "it changed while it was read") }
    }

    private mutating func item(_ letter: String, _ path: String, mode: String, count: Int) {
        digest.update(data: Array("\(letter)\0\(path.utf8.count)\0\(path)\0\(mode)\0\(count)\0".utf8))
    }

    /// True for a relative target that climbs, first of all, no higher than the root, and then only descends. `..` after a
    /// name is refused: the name may be a link itself, and then `..` is not where it looks.
    static func staysInside(_ target: String, at path: String) -> Bool {
        guard !target.hasPrefix("/"), !target.isEmpty, target.isPrintable else { return false }
        let parts = target.components.filter { $0 != "." }
        let climbs = parts.prefix { $0 == ".." }.count
        return climbs <= path.components.count - 1 && !parts.dropFirst(climbs).contains("..")
    }
}
