internal import Glibc
internal import LinuxBase
internal import Measurements

/// A payment gateway in a process of its own (`vitrine-payment-torture --gateway`), which can be killed at any moment.
///
/// Lines to it: `pay ID ACCOUNT AMOUNT`, `ask ID`, `status`. Lines from it: `told ID RESULT…`, `status UP UNDERWAY
/// REVERSING`.
public final class GatewayProcess {
    public struct Status: Equatable, Sendable {
        public let isConnected: Bool
        public let underWay, reversing: Int
    }

    private struct Parts: ~Copyable {
        var process: ChildProcess?
        let line: Descriptor
    }

    private var parts: Parts
    private var pending: [UInt8] = []
    /// By identifier, every result that was told and is not fetched yet, in order.
    public private(set) var told: [(identifier: String, result: String)] = []
    private var status: Status?

    public init(journal: String, port: UInt16, answer: Duration, log: String) throws {
        let program = try Programs.path("vitrine-payment-torture")
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_APPEND)
        parts = try UnixSocket.pair().split { (mine, theirs) throws in
            let child = try ChildProcess(
                program,
                arguments: [
                    program, "--gateway", journal, "--port", "\(port)", "--answer", "\(Int(answer.milliseconds))",
                ], environment: Rig.environment,
                descriptors: [(theirs.raw, 0), (theirs.raw, 1), (output.raw, 2)], diesWithParent: false)
            return Parts(process: child, line: mine)
        }
        try parts.line.setNonBlocking()
    }

    public func kill() throws {
        guard let running = parts.process.take() else { return }
        running.signal(SIGKILL)
        _ = try running.stop(grace: .seconds(2))
        // What it said before it died was said.
        _ = try hear(timeout: .zero)
    }

    public func send(_ text: String) throws { try parts.line.writeAll(Array((text + "\n").utf8)) }

    /// Forgets what was told until now.
    public func takeTold() -> [(identifier: String, result: String)] {
        defer { told = [] }
        return told
    }

    /// Waits for one line at least; false at the end of the process, or of the time.
    @discardableResult
    public func hear(timeout: Duration) throws -> Bool {
        guard try !Poll.wait(for: parts.line.raw, events: .readable, timeout: timeout).isEmpty else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard case .bytes(let count) = try parts.line.read(into: &buffer) else { break }
            pending += buffer[..<count]
        }
        var heard = false
        while let end = pending.firstIndex(of: 0x0A) {
            take(String(decoding: pending[..<end], as: UTF8.self))
            pending.removeFirst(end + 1)
            heard = true
        }
        return heard
    }

    private func take(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        switch words.first {
        case "told": told.append((words[1], words[2]))
        case "status":
            let numbers = text.split(separator: " ").dropFirst().compactMap { Int($0) }
            status = Status(isConnected: numbers[0] == 1, underWay: numbers[1], reversing: numbers[2])
        default: break
        }
    }

    /// The first result that is told of `identifier`.
    public func result(of identifier: String, timeout: Duration = .seconds(10)) throws -> String {
        let deadline = Clock.now() + timeout
        while true {
            if let found = told.first(where: { $0.identifier == identifier }) { return found.result }
            let left = deadline - Clock.now()
            guard left > .zero else { throw RigError.timedOut(waitingFor: "the result of \(identifier)", log: "") }
            try hear(timeout: left)
        }
    }

    public func currentStatus() throws -> Status {
        status = nil
        try send("status")
        let deadline = Clock.now() + .seconds(10)
        while status == nil {
            let left = deadline - Clock.now()
            guard left > .zero else { throw RigError.timedOut(waitingFor: "the gateway's status", log: "") }
            try hear(timeout: left)
        }
        return status ?? Status(isConnected: false, underWay: 0, reversing: 0)
    }

    /// Waits until nothing is under way and nothing is to be taken back.
    public func settle(timeout: Duration = .seconds(30)) throws {
        let deadline = Clock.now() + timeout
        while true {
            let now = try currentStatus()
            if now.underWay == 0, now.reversing == 0 { return }
            guard Clock.now() < deadline else {
                throw RigError.timedOut(waitingFor: "a gateway at rest", log: "\(now)")
            }
            Clock.sleep(.milliseconds(5))
        }
    }
}
