internal import LinuxBase
internal import Measurements

/// Runs the programs that know images (skopeo, umoci): with a deadline, in a folder of their own, their output kept short.
/// What they say is foreign text.
struct Tool {
    static let skopeo = "/usr/bin/skopeo"
    static let umoci = "/usr/bin/umoci"
    static let gzip = "/usr/bin/gzip"
    static let bubblewrap = "/usr/bin/bwrap"
    static let limiter = "/usr/bin/prlimit"

    /// Where the program may write; its home and its place for temporary files, too.
    let folder: String
    let deadline: MonotonicTime
    /// The time that `deadline` came from, for people.
    let seconds: Int
    /// What `folder` may hold while it runs; nil where that is known already.
    let limit: Int?

    /// How often `limit` is looked at: a gigabyte a second is a hundred megabytes too late.
    private static let watch = Duration.milliseconds(100)
    private static let reasonBytes = 300

    private enum End { case ended(ExitStatus), late, tooMuch }

    /// Runs a program and returns what it wrote to stdout, at most `bytes`.
    @discardableResult
    func run(_ program: String, _ arguments: [String], output bytes: Int = 1 << 16) throws(CatalogueError) -> [UInt8] {
        guard Files.exists(program) else { throw .missingProgram(program) }
        let name = String(program.components.last ?? "")
        let output = folder + "/.output"
        let words = folder + "/.words"
        defer { for path in [output, words] { try? Files.remove(path) } }  // Else they go with the folder.
        let end: End
        do throws(SystemCallError) {
            end = try execute(program, [name] + arguments, output: output, words: words)
        } catch { throw .system(error) }
        switch end {
        case .late: throw .timedOut(name, seconds: seconds)
        case .tooMuch: throw .tooLarge(what: "bytes", limit: limit ?? 0)
        case .ended(.exited(0)): break
        case .ended(let status): throw .tool(name, reason: Self.reason(words) ?? status.description)
        }
        do { return try Files.read(output, limit: bytes) } catch {
            throw .tool(name, reason: "its answer has more than \(bytes) bytes")
        }
    }

    private func execute(
        _ program: String, _ arguments: [String], output: String, words: String
    ) throws(SystemCallError) -> End {
        let nothing = try Files.openNothing()
        let out = try Files.makeFile(output, mode: 0o600)
        let err = try Files.makeFile(words, mode: 0o600)
        var child = try ChildProcess(
            program, arguments: arguments, environment: environment,
            descriptors: [(nothing.raw, 0), (out.raw, 1), (err.raw, 2)])
        while true {
            if let status = try child.wait(timeout: Self.watch) { return .ended(status) }
            if let limit, Self.bytes(of: folder) > limit {
                _ = try child.stop(grace: .zero)
                return .tooMuch
            }
            if Clock.now() >= deadline {
                _ = try child.stop(grace: .zero)
                return .late
            }
        }
    }

    /// Ways to the outside, and the certificates to believe there, are the machine's business; nothing else is passed on.
    private var environment: [String] {
        let passed = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"].map { $0 + "=" }
        return Process.environment.filter { line in passed.contains { line.hasPrefix($0) } } + [
            "PATH=/usr/bin:/bin", "HOME=\(folder)", "TMPDIR=\(folder)", "XDG_RUNTIME_DIR=\(folder)", "LANG=C.UTF-8",
        ]
    }

    /// What lies in a folder, as far as it can be looked at: files come and go meanwhile.
    private static func bytes(of folder: String) -> Int {
        var total = 0
        for name in (try? Files.names(in: folder)) ?? [] {
            guard let status = try? Files.status(folder + "/" + name) else { continue }
            total += status.kind == .folder ? bytes(of: folder + "/" + name) : status.size
        }
        return total
    }

    /// The end of what a program said last, for a log line.
    private static func reason(_ path: String) -> String? {
        guard let bytes = try? Files.read(path, limit: 1 << 20) else { return nil }
        let lines = bytes.split(separator: 10).map { line in
            String(decoding: line.map { (0x20...0x7E).contains($0) ? $0 : 0x20 }, as: UTF8.self)
        }
        guard var line = lines.last(where: { !$0.allSatisfy { $0 == " " } }) else { return nil }
        // logrus: time="…" level=fatal msg="…"
        if let message = line.firstRange(of: "msg=") { line = String(line[message.upperBound...]) }
        return String(line.suffix(reasonBytes))
    }
}
