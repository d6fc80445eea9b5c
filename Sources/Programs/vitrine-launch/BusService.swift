internal import DBus
internal import Glibc
internal import Launch
internal import LinuxBase
internal import Measurements
internal import Wire

/// One application on the session bus, as the Desktop Entry Specification wants it ("D-Bus Activation"): who activates it
/// launches it, through the launch socket.
///
///     idle ──call──▶ asked ──started──▶ running ──outcome──▶ idle ──some time──▶ name given back ─▶ end
///                      │ refused, not remote, nobody there: an error for the caller
///
/// One caller at a time is asked for; the bus keeps the next ones in order meanwhile.
struct BusService: ~Copyable {
    /// A caller that waits for the terminal's first answer.
    struct Asking: ~Copyable {
        let call: BusCall
        let launch: LaunchInProgress
        let deadline: MonotonicTime
    }

    /// One connection to the launch socket. A class because arrays cannot hold noncopyable values.
    final class LaunchInProgress {
        var call: LaunchCall
        init(_ call: consuming LaunchCall) { self.call = call }
    }

    let application: String
    let socket: String
    let idle: Duration
    var bus: BusConnection
    var asking: Asking?
    /// Started, and not yet ended.
    var running: [LaunchInProgress] = []
    private var idleSince = Clock.now()
    private var hasName = true

    /// For the terminal's first answer; well within the 25 seconds that callers usually wait.
    static let answerTime: Duration = .seconds(10)

    static func run(_ application: String, socket: String, idle: Duration) -> Never {
        do {
            let bus = try BusConnection()
            try bus.request(name: ApplicationName.bus(application))
            var service = BusService(application, socket: socket, idle: idle, bus: bus)
            while try service.turn() {}
        } catch {
            Output.end(.failed, "\(application): \(error)")
        }
        // The connection has ended by now, and sent what was left to send.
        exit(Exit.success.rawValue)
    }

    private init(_ application: String, socket: String, idle: Duration, bus: consuming BusConnection) {
        self.application = application
        self.socket = socket
        self.idle = idle
        self.bus = bus
    }

    /// Waits once and does what there is to do. False at the end.
    private mutating func turn() throws -> Bool {
        _ = try Poll.wait(for: watched, timeout: timeout)
        let now = Clock.now()
        // Until now there was something to do, whatever is left of it now.
        if asking != nil || !running.isEmpty { idleSince = now }
        try takeAnswers()
        try takeCalls()
        guard now >= idleSince + idle else { return true }
        guard hasName else { return false }
        // A call may be on its way to us. After this it no longer is; the bus starts somebody else for the next one.
        try bus.release(name: ApplicationName.bus(application))
        hasName = false
        try takeCalls()
        return asking != nil || !running.isEmpty
    }

    private var watched: [(descriptor: Int32, events: Poll.Events)] {
        var result = running.map { (descriptor: $0.call.descriptor, events: Poll.Events.readable) }
        // While one is asked for, the others wait.
        if let asked {
            result.append((asked.descriptor, .readable))
        } else {
            result.append((bus.descriptor, bus.events))
        }
        return result
    }

    private var timeout: Duration? {
        let now = Clock.now()
        if let asked { return max(.zero, asked.deadline - now) }
        if !running.isEmpty { return bus.timeout }
        return min(bus.timeout ?? idle, max(.zero, idleSince + idle - now))
    }

    private var asked: (descriptor: Int32, deadline: MonotonicTime)? {
        switch asking {
        case .some(let asking): (asking.launch.call.descriptor, asking.deadline)
        case nil: nil
        }
    }

    private mutating func takeCalls() throws(DBusError) {
        while asking == nil, let call = try bus.next() {
            idleSince = Clock.now()
            try handle(call)
        }
    }

    private mutating func takeAnswers() throws(DBusError) {
        try takeFirstAnswer()
        var left: [LaunchInProgress] = []
        for launch in running where isGoingOn(launch) { left.append(launch) }
        running = left
    }

    /// The outcome is the terminal's to show, and no caller waits for it any more: it goes to the log, in kind.
    private func isGoingOn(_ launch: LaunchInProgress) -> Bool {
        do throws(LaunchError) {
            guard let answer = try launch.call.nextIfReady() else { return true }
            if answer == .started { return true }
            Output.note("\(application): \(answer.kind)")
        } catch {
            Output.note("\(application): \(error)")
        }
        return false
    }
}

extension LaunchAnswer {
    /// Without what an application or a user said.
    fileprivate var kind: String {
        switch self {
        case .notRemote: "not remote"
        case .refused: "refused"
        case .started: "started"
        case .applications: "an answer to another question"
        case .outcome(let outcome):
            switch outcome {
            case .approved: "approved"
            case .declined: "declined"
            case .needsMore: "needs more"
            case .ended: "ended"
            case .cancelled: "cancelled"
            case .failed: "failed"
            }
        }
    }
}
