internal import LinuxBase
internal import Measurements
internal import Wire

/// The asking side of the launch socket, as vitrine-launch uses it. Waits.
public struct LaunchCall: ~Copyable {
    private let socket: Descriptor
    private var splitter = FrameSplitter(limit: LaunchLimits.messageBytes)

    /// Connects and sends the request.
    public init(_ path: String, _ request: LaunchRequest) throws(LaunchError) {
        do throws(SystemCallError) {
            let socket = try UnixSocket.connect(path)
            try socket.writeAll(Framing.frame(request.encoded()))
            self.socket = socket
        } catch {
            throw .system(error)
        }
    }

    public var descriptor: Int32 { socket.raw }

    /// The next answer; `timeout` nil waits for ever.
    public mutating func next(timeout: Duration?) throws(LaunchError) -> LaunchAnswer {
        var buffer = [UInt8](repeating: 0, count: LaunchLimits.messageBytes + 4)
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
