public import LinuxBase
public import Pictures

/// A serving session on a socket. Never blocks: poll `descriptor` for `interest`, then call `receive` and `flush`.
public struct RFBServerConnection: ~Copyable, Sendable {
    private let socket: Descriptor
    public private(set) var session: RFBServerSession
    private var waiting: [UInt8] = []
    private var sent = 0
    private var buffer = [UInt8](repeating: 0, count: 4096)

    public init(socket: consuming Descriptor, size: PixelSize, name: String) throws(RFBError) {
        do throws(SystemCallError) { try socket.setNonBlocking() } catch { throw .system(error) }
        self.socket = socket
        session = RFBServerSession(size: size, name: name)
        // The greeting waits in the session's output: `interest` asks for `.writable` until `flush` has sent it.
    }

    public var descriptor: Int32 { socket.raw }
    public var interest: Poll.Events { hasOutput ? [.readable, .writable] : .readable }
    private var hasOutput: Bool { sent < waiting.count || !session.output.isEmpty }

    /// Takes what has arrived; `.closed` is thrown when the client has gone.
    public mutating func receive() throws(RFBError) -> [RFBServerEvent] {
        var events: [RFBServerEvent] = []
        while true {
            let transfer: Transfer
            do throws(SystemCallError) { transfer = try socket.read(into: &buffer) } catch { throw .system(error) }
            switch transfer {
            case .bytes(let n):
                events += try session.receive(buffer[..<n])
                if n < buffer.count {
                    try flush()
                    return events
                }
            case .wouldBlock:
                try flush()
                return events
            case .closed: throw .closed
            }
        }
    }

    public mutating func addDamage(_ rectangle: Rectangle) { session.addDamage(rectangle) }

    /// True when a picture is owed now: never while an earlier answer is still on its way.
    public var wantsUpdate: Bool { session.wantsUpdate && !hasOutput }

    /// Sends the damage of a picture of the session's size if it is owed; what the socket does not take waits for `flush`.
    @unsafe public mutating func update(pixels: UnsafeRawPointer, stride: Int) throws(RFBError) {
        if wantsUpdate, unsafe session.update(pixels: pixels, stride: stride) { try flush() }
    }

    public mutating func update(from picture: Picture) throws(RFBError) {
        if wantsUpdate, session.update(from: picture) { try flush() }
    }

    /// Writes as much as the socket takes now.
    public mutating func flush() throws(RFBError) {
        while true {
            if sent == waiting.count {
                // The two buffers change places: neither is allocated again for the next picture.
                waiting.removeAll(keepingCapacity: true)
                swap(&waiting, &session.output)
                sent = 0
                if waiting.isEmpty { return }
            }
            let transfer: Transfer
            do throws(SystemCallError) { transfer = try socket.write(waiting[sent...]) } catch { throw .system(error) }
            switch transfer {
            case .bytes(let n): sent += n
            case .wouldBlock: return
            case .closed: throw .closed
            }
        }
    }
}
