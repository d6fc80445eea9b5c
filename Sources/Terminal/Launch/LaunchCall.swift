internal import LinuxBase
internal import Measurements
internal import Wire

/// The asking side of the launch socket, as vitrine-launch uses it. Waits.
public struct LaunchCall: ~Copyable {
    private let socket: Descriptor
    private var splitter: FrameSplitter
    private var buffer: [UInt8]

    /// Connects and asks for a launch.
    public init(_ path: String, _ request: LaunchRequest) throws(LaunchError) { try self.init(path, .launch(request)) }

    /// Connects and asks.
    public init(_ path: String, _ question: LaunchQuestion) throws(LaunchError) {
        let limit = question == .list ? LaunchLimits.listBytes : LaunchLimits.messageBytes
        splitter = FrameSplitter(limit: limit)
        buffer = [UInt8](repeating: 0, count: min(limit + 4, 64 << 10))
        do throws(SystemCallError) {
            let socket = try UnixSocket.connect(path)
            try socket.writeAll(Framing.frame(question.encoded()))
            self.socket = socket
        } catch {
            throw .system(error)
        }
    }

    /// What there is to launch, by the terminal that listens at `path`.
    public static func applications(
        _ path: String, timeout: Duration
    ) throws(LaunchError) -> [OfferedApplication] {
        var call = try LaunchCall(path, .list)
        switch try call.next(timeout: timeout) {
        case .applications(let applications): return applications
        case .refused(let reason): throw .refused(reason)
        default: throw .unexpectedMessage
        }
    }

    public var descriptor: Int32 { socket.raw }

    /// The next answer if it has come. Never waits: poll `descriptor` for reading.
    public mutating func nextIfReady() throws(LaunchError) -> LaunchAnswer? {
        do throws(LaunchError) { return try next(timeout: .zero) } catch {
            guard error == .timeout else { throw error }
            return nil
        }
    }

    /// The next answer; `timeout` nil waits for ever.
    public mutating func next(timeout: Duration?) throws(LaunchError) -> LaunchAnswer {
        let deadline = timeout.map { Clock.now() + $0 }
        while true {
            let item: [UInt8]?
            do throws(WireError) { item = try splitter.next() } catch { throw .wire(error) }
            if let item { return try LaunchAnswer(decoding: item) }
            let left = deadline.map { max(.zero, $0 - Clock.now()) }
            let transfer: Transfer
            do throws(SystemCallError) {
                let isReady = try !Poll.wait(for: socket.raw, events: .readable, timeout: left).isEmpty
                transfer = isReady ? try socket.read(into: &buffer) : .wouldBlock
            } catch {
                throw .system(error)
            }
            if transfer == .wouldBlock, let deadline, Clock.now() >= deadline { throw .timeout }
            switch transfer {
            case .bytes(let n): splitter.append(buffer[..<n])
            case .wouldBlock: break
            case .closed: throw .closed
            }
        }
    }
}
