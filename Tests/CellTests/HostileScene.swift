import Cell
import Glibc
import LinuxBase
import Testing

/// Whom a hostile application may want to harm: a service of the machine, and another cell.
final class HostileScene {
    private let folder: String
    private let token: String
    private let key: Int32
    private let application: TestCell
    private let cell: SandboxCell
    private var service: ChildProcess
    /// The service's input and output; its end is the service's.
    private let lifeline: Descriptor
    private let port: String

    private static let python = "/usr/bin/python3"

    /// Has a secret in a file, among its arguments and in shared memory of each kind, and listens to all who come. It
    /// takes its shared memory with it.
    private static let program = """
        import ctypes, os, signal, socket, sys
        folder, token, key, secret = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].encode()
        signal.signal(signal.SIGUSR1, lambda *_: open(folder + "/struck", "w"))
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        segment = libc.shmget(key, 4096, 0o1666)
        ctypes.memmove(libc.shmat(segment, 0, 0), secret, len(secret))
        queue, semaphores = libc.msgget(key, 0o1666), libc.semget(key, 1, 0o1666)
        open(f"/dev/shm/vitrine-{token}", "wb").write(secret)
        tcp, udp = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(tcp.getsockname())
        path, name = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        path.bind(folder + "/listener"), name.bind("\\0vitrine-" + token)
        path.listen(), name.listen()
        print(tcp.getsockname()[1], flush=True)
        sys.stdin.read()
        libc.shmctl(segment, 0, 0), libc.msgctl(queue, 0, 0), libc.semctl(semaphores, 0, 0)
        os.unlink(f"/dev/shm/vitrine-{token}")
        """
    private static let secret = "the neighbour's secret"

    init() throws {
        token = try Random.bytes(6).map { String($0, radix: 36) }.joined()
        folder = "/tmp/vitrine-\(token)"
        key = Int32.random(in: 0x1000_0000..<0x7000_0000)
        try Files.makeFolder(folder + "/place")
        try Files.replace(folder + "/secret", with: Array(Self.secret.utf8))
        try Files.replace(folder + "/service.py", with: Array(Self.program.utf8))
        application = try TestCell(
            """
            open("/tmp/canary", "w").write("\(Self.secret)")
            s = socket.socket(socket.AF_UNIX)
            s.bind("/run/vitrine/rfb.sock")
            s.listen()
            report("ready")
            time.sleep(600)
            """)
        cell = try application.start()
        guard try TestCell.report(of: cell) == "ready" else { throw SystemCallError("the neighbour's start", 0) }
        let (near, far) = try UnixSocket.pair().split { ($0.take(), $1.take()) }
        let mine = Descriptor(owning: near)
        let its = Descriptor(owning: far)
        service = try ChildProcess(
            Self.python, arguments: ["python3", folder + "/service.py", folder, token, "\(key)", Self.secret],
            descriptors: [(its.raw, 0), (its.raw, 1)], diesWithParent: false)
        let said = try Self.line(from: mine)
        port = try #require(said, "the service does not start")
        lifeline = mine
    }

    deinit {
        cell.stop()
        _ = shutdown(lifeline.raw, Int32(SHUT_WR))
        // A failure of these shows as something left over, not as a wrong result.
        _ = try? service.wait(timeout: .seconds(5))
        for path in [folder, "/tmp/link-\(token)", "/tmp/long-\(token)"] { try? Files.removeTree(path) }
    }

    /// What became of the act in a cell.
    func inside(_ act: Hostility) throws -> String {
        let test = try TestCell(script(act, program: "/app/main.py"))
        let attacker = try test.start()
        defer { attacker.stop() }
        return try TestCell.report(of: attacker) ?? "ended: \(try TestCell.end(of: attacker)?.description ?? "no")"
    }

    /// What became of it in a process of ours, with nothing in its way.
    func outside(_ act: Hostility) throws -> String {
        let program = folder + "/act.py"
        try Files.replace(program, with: Array((TestCell.prelude + script(act, program: program)).utf8))
        let (near, far) = try UnixSocket.pair().split { ($0.take(), $1.take()) }
        let mine = Descriptor(owning: near)
        let its = Descriptor(owning: far)
        let nothing = try Files.openNothing()
        var child = try ChildProcess(
            Self.python, arguments: ["python3", program],
            descriptors: [(nothing.raw, 0), (nothing.raw, 1), (nothing.raw, 2), (its.raw, 3), (nothing.raw, 7)],
            diesWithParent: false)
        let line = try Self.line(from: mine)
        let end = try child.wait(timeout: .seconds(10))
        return line ?? "ended: \(end?.description ?? "no")"
    }

    /// Whether nobody but us has touched anything.
    func isWhole() throws -> Bool {
        let expected: Set = ["place", "secret", "service.py", "listener"]
        let secret = try Files.read(folder + "/secret", limit: 100)
        let runs = try service.statusIfEnded() == nil
        return try Set(Files.names(in: folder)) == expected && Files.names(in: folder + "/place").isEmpty && runs
            && secret == Array(Self.secret.utf8) && cell.exitStatus() == nil
    }

    private func script(_ act: Hostility, program: String) -> String {
        var expression = act.script
        for (name, value) in [
            ("SECRET", folder + "/secret"), ("FOLDER", folder), ("TOKEN", token), ("KEY", "\(key)"), ("PORT", port),
            ("VICTIM", "\(service.process)"), ("CELL", "\(cell.process)"), ("PROGRAM", program),
        ] { expression.replace(name, with: value) }
        return Hostility.prelude + """
            try:
                got = \(expression)
                report("got " + repr(got)[:80])
            except BaseException as e:
                report("refused: " + type(e).__name__ + " " + str(getattr(e, "errno", "")))

            """
    }

    private static func line(from socket: borrowing Descriptor) throws -> String? {
        guard try !Poll.wait(for: socket.raw, events: .readable, timeout: .seconds(10)).isEmpty else { return nil }
        var buffer = [UInt8](repeating: 0, count: 200)
        guard case .bytes(let count) = try socket.read(into: &buffer) else { return nil }
        return String(decoding: buffer[..<count].filter { $0 >= 0x20 }, as: UTF8.self)
    }
}

/// Two scenes for all acts: one in which nothing holds them, and one that must be as it was after each.
final class HostileStage: @unchecked Sendable {
    static let shared = Result { try HostileStage() }

    struct Scenes {
        let lawless: HostileScene
        let guarded: HostileScene
    }

    // Used by one test at a time: the suite is serialized.
    private var scenes: Scenes?

    private init() throws {
        scenes = Scenes(lawless: try HostileScene(), guarded: try HostileScene())
        // Nobody lets go of what is shared.
        atexit { if case .success(let stage) = HostileStage.shared { stage.scenes = nil } }
    }

    func use<R>(_ body: (Scenes) throws -> R) throws -> R { try body(#require(scenes)) }
}
