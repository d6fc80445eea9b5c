internal import Evidence
public import LinuxBase
public import Measurements
public import TLS
public import Wire

/// The socket under the link: connects, speaks TLS, cuts frames, never blocks.
public struct LinkDriver: ~Copyable {
    /// Most bytes that may wait for the socket. Commands are small; a server that takes none of them for this long is gone.
    private static let backlogLimit = 256 * 1024
    /// Most events returned at once, so that a flood of messages cannot keep the loop from its other work.
    private static let burstLimit = 64

    /// A session is taken up again for this long: the server asks for a new attestation no later.
    private static let sessionLife: Duration = .seconds(600)

    private let context: TLSClientContext
    private let host: String
    private let port: UInt16
    /// While the host's name is looked up.
    private var lookup: AddressLookup?
    /// Attempts that have begun since the last handshake: each begins with another address, since one that swallows
    /// packets takes all the time that an attempt has.
    private var attempts = 0
    /// Addresses to try after the one that is being tried.
    private var addresses: [SocketAddress] = []
    /// While TCP connects; from then on `tls` owns the socket. (An enum of the three stages cannot be matched and put
    /// back without consuming it.)
    private var socket: Descriptor?
    private var tls: TLSConnection?
    private var isConnecting = false
    private var isHandshaken = false
    /// The socket's number while there is one, whoever owns it: reading it out of an optional handle would consume that.
    private var number: Int32?
    private var splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
    /// What waits for the socket; the first `taken` bytes have gone.
    private var outgoing: [UInt8] = []
    private var taken = 0
    /// Present while a PIN is typed.
    private var slots: SlotQueue?
    /// When the next slot is to be filled; nil while the connection is not paced.
    public private(set) var slotDeadline: MonotonicTime?
    private var chunk = [UInt8](repeating: 0, count: 64 * 1024)
    private var readWantsWrite = false
    /// How to judge the server's certificate at the next connection.
    public var verificationTime = VerificationTime.system
    /// Of the last connection, with the moment until which it may be resumed.
    private var session: (TLSSession, until: MonotonicTime)?
    private var mayKeepSession = true
    /// What the server of this connection has given for the next.
    private var given: TLSSession?

    public init(context: TLSClientContext, host: String, port: UInt16) {
        self.context = context
        self.host = host
        self.port = port
    }

    /// What to poll for; nil while there is no socket.
    public var interest: (descriptor: Int32, events: Poll.Events)? {
        if let lookup { return (lookup.descriptor, .readable) }
        guard let raw = number else { return nil }
        guard isHandshaken else { return (raw, isConnecting || readWantsWrite ? .writable : .readable) }
        return (raw, outgoing.isEmpty && !readWantsWrite ? .readable : [.readable, .writable])
    }

    /// TCP payload bytes received and sent on the current connection, TLS records included.
    public var wireBytes: (received: UInt64, sent: UInt64) {
        guard let raw = number, !isConnecting else { return (0, 0) }
        return TCPSocket.byteCounts(raw)
    }

    /// Starts a new connection; an older one is dropped.
    public mutating func connect() -> [LinkMachine.Event] {
        disconnect()
        do throws(SystemCallError) {
            lookup = try AddressLookup(host: host, port: port)
            return []
        } catch {
            return [.failed(.connect(error.description))]
        }
    }

    private mutating func takeAddresses(_ found: AddressLookup) -> [LinkMachine.Event] {
        do throws(TCPSocket.ConnectError) {
            guard let list = try found.result() else { return [] }
            lookup = nil
            let first = attempts % list.count
            attempts += 1
            addresses = Array(list[first...] + list[..<first])
        } catch {
            lookup = nil
            return [.failed(.connect(error.description))]
        }
        return tryNextAddress("no address")
    }

    /// One address after the other, as the resolver ordered them.
    private mutating func tryNextAddress(_ reason: String) -> [LinkMachine.Event] {
        var reason = reason
        while !addresses.isEmpty {
            do throws(SystemCallError) {
                let connecting = try TCPSocket.startConnecting(to: addresses.removeFirst())
                number = connecting.raw
                isConnecting = true
                socket = consume connecting
                return []
            } catch { reason = error.description }
        }
        number = nil
        return [.failed(.connect("\(host):\(port): \(reason)"))]
    }

    public mutating func disconnect() {
        keepSession()
        lookup = nil
        addresses = []
        socket = nil
        tls = nil
        isHandshaken = false
        isResumed = false
        serverCertificateEnd = nil
        isConnecting = false
        number = nil
        hasMore = false
        splitter = FrameSplitter(limit: WireLimits.serverFrameBytes)
        dropOutgoing()
        slots = nil
        slotDeadline = nil
        readWantsWrite = false
    }

    private mutating func compact() {
        outgoing = Array(outgoing[taken...])
        taken = 0
    }

    /// Its memory goes too: there may be codes and card data in it.
    private mutating func dropOutgoing() {
        outgoing = []
        taken = 0
    }

    /// The next connection is a full handshake: what was agreed before is not to be relied on.
    public mutating func forgetSession() {
        session = nil
        given = nil
        mayKeepSession = false
    }

    private mutating func keepSession() {
        guard mayKeepSession, let found = given else { return }
        given = nil
        // Also after a connection that was itself resumed: its server attests us all the same, and its certificate's end is
        // looked at each time.
        session = (found, until: Clock.now() + Self.sessionLife)
    }

    private func usableSession() -> TLSSession? {
        guard let (session, until) = session, Clock.now() < until,
            !verificationTime.isAfter(session.certificateEnd, system: Clock.secondsSince1970())
        else { return nil }
        return session
    }

    /// 32 bytes that only the two ends of this connection can compute: what an attestation is bound to.
    public mutating func channelBinding() throws(TLSError) -> [UInt8] {
        guard let bytes = try tls?.exporter(label: ChannelBinding.label, count: ChannelBinding.bytes) else {
            throw .closedInHandshake
        }
        return bytes
    }

    /// When the server's certificate ends, seconds since 1970; nil while there is no connection.
    public private(set) var serverCertificateEnd: Int64?

    /// True when the connection needed no certificates: it took up an earlier session.
    public private(set) var isResumed = false

    /// Queues a message and writes what the socket takes; while paced, the message waits for its slot.
    public mutating func send(_ message: TerminalMessage) -> [LinkMachine.Event] {
        guard slots == nil else {
            slots?.append(message.framed())
            return [.sent]
        }
        outgoing.append(contentsOf: message.framed())
        guard outgoing.count - taken <= Self.backlogLimit else { return [.failed(.backlog)] }
        return flush() + [.sent]
    }

    /// Paced, the connection carries as many bytes in each slot of time whatever is said: for as long as a PIN is typed.
    public mutating func setPaced(_ isPaced: Bool, now: MonotonicTime) -> [LinkMachine.Event] {
        guard isPaced != (slots != nil), isHandshaken else { return [] }
        guard isPaced else {
            outgoing.append(contentsOf: slots?.drain() ?? [])
            slots = nil
            slotDeadline = nil
            return flush()
        }
        slots = SlotQueue(slotBytes: WireLimits.terminalSlotBytes)
        slotDeadline = now
        return []
    }

    /// Call it when `slotDeadline` has come.
    public mutating func fillSlot(now: MonotonicTime) -> [LinkMachine.Event] {
        guard var due = slotDeadline, now >= due, let bytes = slots?.next() else { return [] }
        outgoing.append(contentsOf: bytes)
        // Slots begin on a grid, however late this one is.
        let slot = Duration.milliseconds(WireLimits.slotMilliseconds)
        while due <= now { due = due + slot }
        slotDeadline = due
        guard outgoing.count - taken <= Self.backlogLimit else { return [.failed(.backlog)] }
        return flush()
    }

    /// Does what `events` of the descriptor allow.
    public mutating func advance(_ events: Poll.Events) -> [LinkMachine.Event] {
        guard !events.isEmpty else { return [] }
        if let lookup { return takeAddresses(lookup) }
        if let connecting = socket.take() {
            isConnecting = false
            return startHandshake(connecting)
        }
        guard isHandshaken else { return continueHandshake() }
        return flush() + receive()
    }

    private mutating func startHandshake(_ connected: consuming Descriptor) -> [LinkMachine.Event] {
        do throws(SystemCallError) {
            try TCPSocket.finishConnecting(connected)
        } catch {
            return tryNextAddress(error.description)
        }
        do throws(TLSError) {
            let known = usableSession()
            if known == nil { session = nil }
            mayKeepSession = true
            tls = try TLSConnection(
                context: context, serverName: host, socket: connected, time: verificationTime, session: known)
        } catch {
            return [.failed(.tls(error.description))]
        }
        return continueHandshake()
    }

    private mutating func continueHandshake() -> [LinkMachine.Event] {
        do throws(TLSError) {
            guard let progress = try tls?.handshake() else { return [] }
            readWantsWrite = progress == .wantWrite
            guard progress == .done else { return [] }
            isHandshaken = true
            attempts = 0
            isResumed = tls?.isResumed ?? false
            serverCertificateEnd = tls?.peerCertificateEnd
            return [.connected]
        } catch {
            session = nil
            return [.failed(.tls(error.description))]
        }
    }

    private mutating func flush() -> [LinkMachine.Event] {
        guard isHandshaken else { return [] }
        do throws(TLSError) {
            while !outgoing.isEmpty, case .bytes(let n)? = try tls?.write(outgoing[taken...]) {
                taken += n
                if taken == outgoing.count { dropOutgoing() } else if taken > Self.backlogLimit { compact() }
            }
            return []
        } catch {
            return [.failed(.tls(error.description))]
        }
    }

    private mutating func receive() -> [LinkMachine.Event] {
        hasMore = false
        var result: [LinkMachine.Event] = []
        var hasProgressed = false
        do throws(TLSError) {
            // Messages that are cut already come first: the socket may stay silent while they wait.
            while result.count < Self.burstLimit {
                if let event = nextMessage() {
                    result.append(event)
                    if case .failed = event { return result }
                    continue
                }
                switch try tls?.read(into: &chunk) {
                case .bytes(let n)?:
                    splitter.append(chunk[..<n])
                    hasProgressed = true
                    // Sessions come before the first message.
                    if given == nil { given = tls?.session }
                case .wantRead?, nil:
                    readWantsWrite = false
                    // A long message is alive before it is whole.
                    return result.isEmpty && hasProgressed ? [.progress] : result
                case .wantWrite?:
                    readWantsWrite = true
                    return result
                case .closed?: return result + [.failed(.closed)]
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
