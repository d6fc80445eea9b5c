internal import Glibc
internal import LinuxBase
public import Measurements

/// A desk with two card readers, for tests, the demo and the bench: a real pcscd with virtual readers in namespaces of
/// its own, and cards to lay on them. It reaches nothing but this machine's loopback there, and leaves nothing behind:
/// it ends with this value, and with this process.
///
/// Clients find its service by the environment variable in `environment`; libpcsclite reads that once in a process, so
/// a process that is a client itself uses `forThisProcess`, one desk at a time.
public final class CardDesk {
    public let folder: String
    private let ownsFolder: Bool
    private var child: ChildProcess
    private let requests: Descriptor
    private let answers: Descriptor
    private var unread: [UInt8] = []

    /// pcscd's names of the virtual readers.
    public static let readers = ["Virtual PCD 00 00", "Virtual PCD 00 01"]

    /// Starts service and readers; takes a fraction of a second. `folder` is new or empty, and its path short.
    public convenience init(folder: String) throws { try self.init(folder: folder, ownsFolder: false) }

    /// A desk that this process's own calls of libpcsclite find.
    public static func forThisProcess() throws -> CardDesk {
        let folder = "/tmp/vitrine-desk-\(Process.number)"
        try Files.removeTree(folder)
        try Files.makeFolder(folder)
        unsafe setenv("PCSCLITE_CSOCK_NAME", folder + "/run/" + PrivateService.socketName, 1)
        return try CardDesk(folder: folder, ownsFolder: true)
    }

    private init(folder: String, ownsFolder: Bool) throws {
        if let reason = Self.whyNot() { throw CardKitError.missing(reason) }
        self.folder = folder
        self.ownsFolder = ownsFolder
        let program = Files.parent(of: Process.executablePath() ?? "/proc/self/exe") + "/vitrine-card"
        guard Files.exists(program) else { throw CardKitError.missing(program) }
        let input = try UnixSocket.pair()
        let output = try UnixSocket.pair()
        let log = try Files.open(folder + "/desk.log", flags: O_WRONLY | O_CREAT | O_APPEND)
        let user = Process.user == 0 ? [] : ["--user", "--map-root-user"]
        child = try ChildProcess(
            Self.unshare,
            arguments: ["unshare", "--net", "--mount"] + user + ["--", program, "desk", folder],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            descriptors: [(input.second.raw, 0), (output.second.raw, 1), (log.raw, 2)], diesWithParent: false)
        // Only the child may hold its ends, so that they end with it.
        requests = input.split { mine, _ in mine }
        answers = output.split { mine, _ in mine }
        guard try line(.seconds(20)) == "ready" else { throw CardKitError.service("no desk: see \(folder)/desk.log") }
    }

    deinit {
        // It stops the service when its input ends; the child's own end follows with the property.
        shutdown(requests.raw, Int32(SHUT_RDWR))
        _ = try? child.wait(timeout: .seconds(5))  // Killed next if it does not end.
        if ownsFolder { try? Files.removeTree(folder) }  // In /tmp, and small.
    }

    private static let unshare = "/usr/bin/unshare"

    /// Why there can be no desk here; nil if there can.
    public static func whyNot() -> String? {
        for path in [unshare, PrivateService.program] where !Files.exists(path) { return path }
        return nil
    }

    /// For clients: where this desk's service is.
    public var environment: String { "PCSCLITE_CSOCK_NAME=\(socketPath)" }
    public var socketPath: String { folder + "/run/" + PrivateService.socketName }

    /// Lays a card on a reader (0 or 1), in place of one that lies there. Returns when.
    @discardableResult
    public func insert(_ card: CardDescription, slot: Int = 0) throws -> MonotonicTime {
        try time(request(["insert", "\(slot)"] + card.words))
    }

    /// Takes the card away, in the middle of a command if need be. Returns when.
    @discardableResult
    public func remove(slot: Int = 0) throws -> MonotonicTime { try time(request(["remove", "\(slot)"])) }

    /// The commands that the card on a reader has answered since it was laid there, by its own clock.
    public func exchanges(slot: Int = 0) throws -> [VirtualCard.Exchange] {
        let values = try request(["exchanges", "\(slot)"]).compactMap { UInt64($0) }
        return stride(from: 0, to: values.count - 1, by: 2).map {
            VirtualCard.Exchange(
                received: MonotonicTime(nanoseconds: values[$0]), answered: MonotonicTime(nanoseconds: values[$0 + 1]))
        }
    }

    /// Stops the card service. With `isOrderly` false it has no time to say good-bye. Returns when it had ended.
    @discardableResult
    public func stopService(isOrderly: Bool = true) throws -> MonotonicTime {
        try time(request([isOrderly ? "stop" : "kill"]))
    }

    /// Starts the card service (again), with both readers or with none. Returns when it listened.
    @discardableResult
    public func startService(hasReaders: Bool = true) throws -> MonotonicTime {
        try time(request(["start"] + (hasReaders ? [] : ["bare"])))
    }

    /// Pulls the plug of both readers, with the cards on them. Returns when the service was told.
    @discardableResult
    public func unplugReaders() throws -> MonotonicTime { try time(request(["unplug"])) }

    /// Plugs both readers in again.
    @discardableResult
    public func plugReaders() throws -> MonotonicTime { try time(request(["plug"])) }

    /// A service that is there but does nothing, as one that hangs.
    public func freezeService() throws { _ = try request(["freeze"]) }
    public func thawService() throws { _ = try request(["thaw"]) }

    /// The pid of the running pcscd.
    public func serviceProcess() throws -> Int32? { try request(["process"]).first.flatMap { Int32($0) } }

    private func time(_ words: [String]) throws -> MonotonicTime {
        guard let word = words.first, let value = UInt64(word) else { throw CardKitError.ended }
        return MonotonicTime(nanoseconds: value)
    }

    private func request(_ words: [String]) throws -> [String] {
        let text = words.joined(separator: " ")
        try requests.writeAll(Array((text + "\n").utf8))
        let answer = try line(.seconds(30)).split(separator: " ").map(String.init)
        guard answer.first == "ok" else {
            throw CardKitError.refused(request: words[0], answer: answer.joined(separator: " "))
        }
        return Array(answer.dropFirst())
    }

    private func line(_ timeout: Duration) throws -> String {
        let deadline = Clock.now() + timeout
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            if let end = unread.firstIndex(of: 10) {
                defer { unread.removeSubrange(...end) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            let left = deadline - Clock.now()
            guard left > .zero, try !Poll.wait(for: answers.raw, events: .readable, timeout: left).isEmpty,
                case .bytes(let count) = try answers.read(into: &buffer)
            else { throw CardKitError.ended }
            unread += buffer[..<count]
        }
    }
}
