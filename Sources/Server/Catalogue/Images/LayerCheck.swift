internal import Crypto
internal import LinuxBase
internal import Measurements

/// Reads a layer once through before anything of it is unpacked: that it is what its digest says, that it is no larger
/// unpacked than it may be, and that it holds nothing but files, folders and links with decent names.
struct LayerCheck {
    /// What the layers so far unpack to: content, and something for each name.
    private(set) var bytes = 0
    private(set) var entries = 0
    let limits: ImageLimits
    let deadline: MonotonicTime
    let seconds: Int

    /// Bytes that a name takes on the disk, if it is the only thing in its block.
    private static let nameBytes = 4096

    init(limits: ImageLimits, deadline: MonotonicTime, seconds: Int) {
        self.limits = limits
        self.deadline = deadline
        self.seconds = seconds
    }

    /// Compares a file with what the manifest says of it.
    static func check(_ path: String, is part: ImageManifest.Part) throws(CatalogueError) {
        do throws(SystemCallError) {
            let file = try Files.openUnlinked(path)
            let status = try Files.status(of: file)
            var digest = SHA256()
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            if status.kind == .file, status.size == part.size {
                while case .bytes(let count) = try file.read(into: &chunk) { digest.update(data: chunk[..<count]) }
                if [UInt8](digest.finalize()).hexadecimal == part.digest { return }
            }
        } catch { throw .system(error) }
        throw .badImage("what came for \(part.digest.prefix(12))… is something else")
    }

    /// Reads one layer, whose digest is checked already.
    mutating func read(_ path: String, _ compression: ImageManifest.Compression) throws(CatalogueError) {
        var reader = TarReader()
        do {
            let file = try Files.openUnlinked(path)
            switch compression {
            case .none: try pump(file, into: &reader)
            case .gzip: try inflate(file, into: &reader)
            }
            try reader.finish()
        } catch let error as TarReader.Problem {
            switch error {
            case .malformed(let problem): throw .badImage("a layer is no archive to unpack: \(problem)")
            case .entry(let path, let problem): throw .file(path, problem: problem)
            }
        } catch let error as SystemCallError {
            throw .system(error)
        } catch let error as CatalogueError {
            throw error
        } catch {
            preconditionFailure("only the three errors above are thrown: \(error)")
        }
    }

    private mutating func inflate(_ file: borrowing Descriptor, into reader: inout TarReader) throws {
        guard Files.exists(Tool.gzip) else { throw CatalogueError.missingProgram(Tool.gzip) }
        let source = file.raw
        let status = try UnixSocket.pair().split { near, far in
            var child = try Self.start(from: source, to: far)
            try pump(near, into: &reader)
            return try child.wait(timeout: .seconds(5))
        }
        guard status == .exited(0) else { throw CatalogueError.badImage("a layer is no gzip file") }
    }

    /// `gzip -dc`; its end of the pair is closed here, so that the other one ends.
    private static func start(from source: Int32, to far: consuming Descriptor) throws(SystemCallError) -> ChildProcess
    {
        let nothing = try Files.openNothing()
        return try ChildProcess(
            Tool.gzip, arguments: ["gzip", "-dc"], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [(source, 0), (far.raw, 1), (nothing.raw, 2)])
    }

    private mutating func pump(_ source: borrowing Descriptor, into reader: inout TarReader) throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 17)
        while case .bytes(let count) = try source.read(into: &chunk) {
            var more = 0
            var names = 0
            try reader.take(chunk[..<count]) { (entry) throws(TarReader.Problem) in
                names += 1
                more += entry.size + Self.nameBytes
            }
            entries += names
            bytes += more
            guard entries <= limits.files else { throw CatalogueError.tooLarge(what: "files", limit: limits.files) }
            guard bytes <= limits.bytes else { throw CatalogueError.tooLarge(what: "bytes", limit: limits.bytes) }
            guard Clock.now() < deadline else { throw CatalogueError.timedOut("reading a layer", seconds: seconds) }
        }
    }
}
