internal import LinuxBase
internal import Glibc
public import Measurements
public import Pictures
public import Plane

/// `vitrine-launch`, running: asks, and learns the outcome.
public final class RunningLaunch {
    private var child: ChildProcess
    private let log: String

    fileprivate init(child: consuming ChildProcess, log: String) {
        self.child = child
        self.log = log
    }

    /// Its exit status and what it printed.
    public func wait(timeout: Duration = .seconds(30)) throws -> (status: Int32, output: String) {
        guard case .exited(let code)? = try child.wait(timeout: timeout) else {
            throw RigError.timedOut(waitingFor: "vitrine-launch", log: output)
        }
        return (code, output)
    }

    public var output: String {
        (try? Files.read(log, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
}

extension Rig {
    /// Asks for an application as the rich side would.
    public func launch(_ application: String, invoice: String? = nil, code: String? = nil) throws -> RunningLaunch {
        let path = try Programs.path("vitrine-launch")
        let log = "\(folder)/launch-\(Clock.now().nanoseconds).out"
        let output = try Files.open(log, flags: O_WRONLY | O_CREAT | O_TRUNC)
        var arguments = [path, "--socket", launchSocket, application]
        if let invoice { arguments += ["--invoice", invoice] }
        if let code { arguments += ["--code", code] }
        let child = try ChildProcess(
            path, arguments: arguments, environment: Self.environment,
            descriptors: [(output.raw, 0), (output.raw, 1), (output.raw, 2)], diesWithParent: false)
        return RunningLaunch(child: child, log: log)
    }

    /// Writes an invoice file; `amount` in major units.
    public func invoice(amount: String, identifier: String = "2026-0042") throws -> String {
        let path = "\(folder)/invoice-\(identifier).txt"
        let text = """
            merchant = Café Lumière
            account = FR7630006000011234567890189
            identifier = \(identifier)
            amount = \(amount)
            currency = EUR

            """
        try Files.replace(path, with: Array(text.utf8))
        return path
    }

    /// Types key names (`1`, `ok`, …) on the script keypad; returns when they were written.
    @discardableResult
    public func type(_ names: String...) throws -> MonotonicTime {
        let pipe = try Files.open(keypad, flags: O_RDWR | O_NONBLOCK)
        let at = Clock.now()
        try pipe.writeAll(Array((names.joined(separator: "\n") + "\n").utf8))
        return at
    }

    public func plane() throws -> PlaneFile { try PlaneFile(planeFile) }

    /// Waits for an event of the time line, from index `mark` on.
    @discardableResult
    public func event(
        _ name: String, from mark: Int = 0, timeout: Duration = .seconds(10),
        where condition: @escaping (TimelineEvent) -> Bool = { _ in true }
    ) throws -> TimelineEvent {
        var reader = TimelineReader(path: timelineFile)
        var found: TimelineEvent?
        try wait(for: "event \(name)", timeout: timeout, log: { self.logs() }) {
            try reader.refresh()
            found = reader.first(name, from: mark, where: condition)
            return found != nil
        }
        guard let found else { throw RigError.wrong("no event \(name)") }
        return found
    }

    /// Events so far: the mark from which a later wait looks.
    public func mark() throws -> Int {
        var reader = TimelineReader(path: timelineFile)
        try reader.refresh()
        return reader.events.count
    }

    /// Waits until nothing more is committed to the plane for `quiet`, and returns the picture.
    public func settledPicture(quiet: Duration = .milliseconds(250), timeout: Duration = .seconds(10)) throws -> Picture
    {
        let plane = try plane()
        var last = plane.sequence
        var since = Clock.now()
        try wait(for: "a picture that stands still", timeout: timeout, log: { self.logs() }) {
            let sequence = plane.sequence
            if sequence != last {
                last = sequence
                since = Clock.now()
            }
            return Clock.now() - since >= quiet
        }
        return plane.picture()
    }

    /// Child processes of `process`, whichever of its threads has started them, by /proc.
    public static func children(of process: Int32) throws -> [Int32] {
        try Files.names(in: "/proc/\(process)/task").flatMap { thread -> [Int32] in
            // A thread may end while it is looked at.
            let bytes = (try? Files.read("/proc/\(process)/task/\(thread)/children", limit: 65536)) ?? []
            return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// All processes below `process`.
    public static func descendants(of process: Int32) throws -> [Int32] {
        // A child may end while it is looked at.
        try children(of: process).flatMap { [$0] + ((try? descendants(of: $0)) ?? []) }
    }

    /// Proportional set size of a process in kibibytes.
    public static func proportionalMemory(_ process: Int32) throws -> Int {
        let text = String(decoding: try Files.read("/proc/\(process)/smaps_rollup", limit: 65536), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix("Pss:") {
            if let value = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) { return value }
        }
        throw RigError.wrong("no Pss in smaps_rollup of \(process)")
    }
}
