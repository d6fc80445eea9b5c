public import LinuxBase
public import Measurements

/// The listening side of the launch socket. Never waits: poll `watched` until `deadline`, then call `handle`.
///
///     accept ─▶ asking ──question─▶ waiting ──started──▶ waiting ──outcome──▶ leaving ─▶ closed
///                 │ time-out, garbage   │ refused, not remote, applications ─▶ │
///                 └──▶ dropped          └ client closes ─▶ gone
public struct LaunchGate: ~Copyable {
    public enum Event: Equatable, Sendable {
        /// Answer with `answer(_:to:now:)`: `.started` and later `.outcome`, or one of the others.
        case request(client: Int, LaunchRequest, PeerCredentials)
        /// Answer with `.applications`: those that this peer may ask for.
        case list(client: Int, PeerCredentials)
        /// The client has left, or was dropped, before its last answer; after a request this means that nobody waits
        /// for the outcome any more.
        case gone(client: Int, LaunchError)
        /// A peer that may not launch anything here.
        case turnedAway(PeerCredentials)
        /// There was no room; so many connections were closed unheard in this turn.
        case overrun(connections: Int)
    }

    private let listener: Descriptor
    private let users: Set<UInt32>
    private let letsInAnybody: Bool
    private var clients: [LaunchClient] = []
    private var last = 0

    /// Listens at `path`. Peers must run as `owner` (as this process by default) or as one of `users`, or else
    /// `anyUser` must let them in; then whoever answers decides what a user may ask for, and `mode` should be 0o666.
    public init(
        _ path: String, mode: UInt32 = 0o660, owner: UInt32 = Process.user, users: Set<UInt32> = [],
        anyUser: Bool = false
    ) throws(LaunchError) {
        do throws(SystemCallError) {
            let listener = try UnixSocket.listen(path, mode: mode, backlog: 64)
            try listener.setNonBlocking()
            self.listener = listener
        } catch {
            throw .system(error)
        }
        self.users = users.union([owner])
        letsInAnybody = anyUser
    }

    public var clientCount: Int { clients.count }

    /// What to poll for.
    public var watched: [(descriptor: Int32, events: Poll.Events)] {
        [(listener.raw, .readable)] + clients.map { ($0.socket.raw, $0.events) }
    }

    /// When to call `handle` even if nothing is ready.
    public var deadline: MonotonicTime? { clients.compactMap(\.deadline).min() }

    /// Takes what has come from every client, and new clients. Call it whenever a watched descriptor is ready, or the
    /// deadline has come; at other times it does nothing. Throws only what ends the gate.
    public mutating func handle(now: MonotonicTime) throws(LaunchError) -> [Event] {
        var events: [Event] = []
        for client in clients {
            do throws(LaunchError) {
                switch try client.receive(now: now) {
                case .launch(let request): events.append(.request(client: client.number, request, client.peer))
                case .list: events.append(.list(client: client.number, client.peer))
                case nil: break
                }
                try client.flush()
                if client.isDone { drop(client.number) }
            } catch {
                // A client that has had its last answer may close when it likes.
                if case .leaving = client.state {} else { events.append(.gone(client: client.number, error)) }
                drop(client.number)
            }
        }
        try accept(now: now, into: &events)
        return events
    }

    /// Sends an answer. A client that has gone is fine: it is told in a `.gone` event if not told yet.
    public mutating func answer(_ answer: LaunchAnswer, to number: Int, now: MonotonicTime) {
        guard let client = clients.first(where: { $0.number == number }) else { return }
        var answer = answer
        if case .applications = answer, clients.count(where: \.isTakingList) >= LaunchLimits.lists {
            answer = .refused("too many ask for the applications, try again")
        }
        do throws(LaunchError) {
            try client.send(answer, now: now)
            if client.isDone { drop(number) }
        } catch {
            // The session does not depend on its launcher; `handle` would only learn the same again.
            drop(number)
        }
    }

    private mutating func accept(now: MonotonicTime, into events: inout [Event]) throws(LaunchError) {
        var overrun = 0
        for _ in 0..<LaunchLimits.acceptsAtOnce {
            let socket: Descriptor
            do throws(SystemCallError) {
                guard let next = try UnixSocket.accept(listener) else { break }
                socket = next
            } catch {
                // Out of descriptors or memory: those who wait are served when some are free again.
                guard error.isExhaustion else { throw .system(error) }
                break
            }
            guard let peer = try? prepare(socket) else { continue }  // It has gone already.
            let isStranger = !users.contains(peer.user)
            guard letsInAnybody || !isStranger else {
                events.append(.turnedAway(peer))
                continue
            }
            let theirs = isStranger ? clients.count { $0.peer.user == peer.user } : 0
            guard clients.count < LaunchLimits.clients, theirs < LaunchLimits.clientsOfStranger else {
                overrun += 1
                continue
            }
            last += 1
            clients.append(LaunchClient(number: last, peer: peer, socket: socket, now: now))
        }
        if overrun > 0 { events.append(.overrun(connections: overrun)) }
    }

    private func prepare(_ socket: borrowing Descriptor) throws(SystemCallError) -> PeerCredentials {
        try socket.setNonBlocking()
        return try UnixSocket.peer(of: socket)
    }

    private mutating func drop(_ number: Int) { clients.removeAll { $0.number == number } }
}
