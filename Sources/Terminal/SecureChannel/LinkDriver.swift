public import LinuxBase
internal import Measurements
public import TLS
public import Wire

/// The socket under the link: connects, speaks TLS, cuts frames, never blocks.
public struct LinkDriver: ~Copyable {
    private enum Connection: ~Copyable {
        case none
        case connecting(Descriptor)
        case handshaking(TLSConnection)
        case open(TLSConnection)
    }

    /// Most bytes that may wait for the socket. Commands are small; a server that takes none of them for this long is gone.
    private static let backlogLimit = 256 * 1024
    /// Most events returned at once, so that a flood of messages cannot keep the loop from its other work.
    private static let burstLimit = 64

    private let context: TLSClientContext
    private let host: String
    private let port: UInt16
    private var connection: Connection = .none
    private var splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
    private var outgoing: [UInt8] = []
    private var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    private var readWantsWrite = false

    public init(context: TLSClientContext, host: String, port: UInt16) {
        self.context = context
        self.host = host
        self.port = port
    }

    /// What to poll for; nil while there is no socket.
    public var interest: (descriptor: Int32, events: Poll.Events)? {
        switch connection {
        case .none: return nil
        case .connecting(let socket): return (socket.raw, .writable)
        case .handshaking(let tls): return (tls.socket, readWantsWrite ? [.writable] : [.readable])
        case .open(let tls):
            let wantsWrite = !outgoing.isEmpty || readWantsWrite
            return (tls.socket, wantsWrite ? [.readable, .writable] : [.readable])
        }
    }

    /// TCP payload bytes received and sent on the current connection, TLS records included.
    public var wireBytes: (received: UInt64, sent: UInt64) {
        switch connection {
        case .none, .connecting: return (0, 0)
        case .handshaking(let tls), .open(let tls): return TCPSocket.byteCounts(tls.socket)
        }
    }

    /// Starts a new connection; an older one is dropped.
    public mutating func connect() -> [LinkMachine.Event] {
        disconnect()
        do throws(TCPSocket.ConnectError) {
            connection = .connecting(try TCPSocket.startConnecting(host: host, port: port))
            return []
        } catch {
            return [.failed(.connect(error.description))]
        }
    }

    public mutating func disconnect() {
        connection = .none
        splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
        outgoing = []
        readWantsWrite = false
    }

    /// Queues a message and writes what the socket takes.
    public mutating func send(_ message: TerminalMessage) -> [LinkMachine.Event] {
        outgoing.append(contentsOf: Framing.frame(message.encoded()))
        guard outgoing.count <= Self.backlogLimit else { return [.failed(.backlog)] }
        return flush() + [.sent]
    }

    /// Does what `events` of the descriptor allow.
    public mutating func advance(_ events: Poll.Events) -> [LinkMachine.Event] {
        guard !events.isEmpty else { return [] }
        switch consume connection {
        case .none:
            connection = .none
            return []
        case .connecting(let socket):
            connection = .none
            return startHandshake(socket)
        case .handshaking(let tls):
            connection = .none
            return continueHandshake(tls)
        case .open(let tls):
            connection = .open(tls)
            let flushed = flush()
            return flushed + receive()
        }
    }

    private mutating func startHandshake(_ socket: consuming Descriptor) -> [LinkMachine.Event] {
        do {
            try TCPSocket.finishConnecting(socket)
        } catch {
            return [.failed(.connect(error.description))]
        }
        do throws(TLSError) {
            return continueHandshake(try TLSConnection(context: context, serverName: host, socket: socket))
        } catch {
            return [.failed(.tls(error.description))]
        }
    }

    private mutating func continueHandshake(_ tls: consuming TLSConnection) -> [LinkMachine.Event] {
        do throws(TLSError) {
            switch try tls.handshake() {
            case .done:
                readWantsWrite = false
                connection = .open(tls)
                return [.connected]
            case .wantRead: readWantsWrite = false
            case .wantWrite: readWantsWrite = true
            }
            connection = .handshaking(tls)
            return []
        } catch {
            return [.failed(.tls(error.description))]
        }
    }

    private mutating func flush() -> [LinkMachine.Event] {
        guard !outgoing.isEmpty, case .open(var tls) = consume connection else { return [] }
        defer { connection = .open(tls) }
        do throws(TLSError) {
            while !outgoing.isEmpty {
                guard case .bytes(let n) = try tls.write(outgoing[...]) else { break }
                outgoing.removeFirst(n)
            }
            return []
        } catch {
            return [.failed(.tls(error.description))]
        }
    }

    private mutating func receive() -> [LinkMachine.Event] {
        hasMore = false
        guard case .open(var tls) = consume connection else { return [] }
        defer { connection = .open(tls) }
        var result: [LinkMachine.Event] = []
        do throws(TLSError) {
            // Messages that are cut already come first: the socket may stay silent while they wait.
            while result.count < Self.burstLimit {
                if let event = nextMessage() {
                    result.append(event)
                    if case .failed = event { return result }
                    continue
                }
                switch try tls.read(into: &chunk) {
                case .bytes(let n): splitter.append(chunk[..<n])
                case .wantRead:
                    readWantsWrite = false
                    return result
                case .wantWrite:
                    readWantsWrite = true
                    return result
                case .closed: return result + [.failed(.closed)]
                }
            }
            hasMore = true
            return result
        } catch {
            return result + [.failed(.tls(error.description))]
        }
    }

    /// True when `advance` stopped early and wants to be called again without waiting for the socket.
    public private(set) var hasMore = false

    private mutating func nextMessage() -> LinkMachine.Event? {
        do throws(WireError) {
            guard let item = try splitter.next() else { return nil }
            return .message(try ServerMessage(decoding: item))
        } catch {
            return .failed(.malformed(error))
        }
    }
}
