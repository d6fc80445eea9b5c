internal import LinuxBase
internal import Measurements
internal import Wire

/// One connection of the gate. A class because arrays cannot hold noncopyable values; it never leaves the gate.
final class LaunchClient {
    enum State: Equatable {
        /// Its request has not all come.
        case asking(until: MonotonicTime)
        /// It has asked; the answer is the terminal's to give.
        case waiting
        /// The last answer is on its way out, then the connection closes.
        case leaving(until: MonotonicTime)
    }

    let number: Int
    let peer: PeerCredentials
    let socket: Descriptor
    private(set) var state: State
    private var splitter = FrameSplitter(limit: LaunchLimits.messageBytes)
    private var unsent: [UInt8] = []

    init(number: Int, peer: PeerCredentials, socket: consuming Descriptor, now: MonotonicTime) {
        self.number = number
        self.peer = peer
        self.socket = socket
        state = .asking(until: now + LaunchLimits.requestTime)
    }

    var events: Poll.Events { unsent.isEmpty ? .readable : [.readable, .writable] }

    var deadline: MonotonicTime? {
        switch state {
        case .asking(let until), .leaving(let until): until
        case .waiting: nil
        }
    }

    /// It is being sent what is longer than answers are.
    var isTakingList: Bool { unsent.count > LaunchLimits.unreadBytes }

    /// True when all is said and sent.
    var isDone: Bool {
        guard case .leaving = state else { return false }
        return unsent.isEmpty
    }

    /// Reads what has come. Returns the question when it is complete.
    func receive(now: MonotonicTime) throws(LaunchError) -> LaunchQuestion? {
        if let deadline, now >= deadline { throw .timeout }
        var buffer = [UInt8](repeating: 0, count: LaunchLimits.messageBytes + 4)
        let transfer: Transfer
        do throws(SystemCallError) { transfer = try socket.read(into: &buffer) } catch { throw .system(error) }
        switch (transfer, state) {
        case (.wouldBlock, _): return nil
        case (.closed, _): throw .closed
        case (.bytes(let n), .asking):
            splitter.append(buffer[..<n])
            let item: [UInt8]?
            do throws(WireError) { item = try splitter.next() } catch { throw .wire(error) }
            guard let item else { return nil }
            let question = try LaunchQuestion(decoding: item)
            state = .waiting
            return question
        case (.bytes, _): throw .unexpectedMessage
        }
    }

    func send(_ answer: LaunchAnswer, now: MonotonicTime) throws(LaunchError) {
        var limit = LaunchLimits.unreadBytes
        if case .applications = answer { limit += LaunchLimits.listBytes }
        unsent += Framing.frame(answer.encoded())
        guard unsent.count <= limit else { throw .tooSlow }
        if answer != .started { state = .leaving(until: now + LaunchLimits.farewellTime) }
        try flush()
    }

    func flush() throws(LaunchError) {
        while !unsent.isEmpty {
            let transfer: Transfer
            do throws(SystemCallError) { transfer = try socket.write(unsent[...]) } catch { throw .system(error) }
            switch transfer {
            case .bytes(let n): unsent.removeFirst(n)
            case .wouldBlock: return
            case .closed: throw .closed
            }
        }
    }
}
