internal import Drawing
internal import LinuxBase
internal import Measurements
internal import Pictures
internal import RFB
internal import Wire

/// An application with its canvas and, most of the time, its client. The canvas always shows the application's state;
/// what the client has not asked for yet waits as damage, and the newest picture wins.
struct Host<A: Application & ~Copyable>: ~Copyable {
    private var application: A
    private var canvas: Canvas
    private var client: RFBServerConnection?
    private var wakeTime: MonotonicTime?
    private var events: [ApplicationEvent]
    private(set) var outcome: Outcome?

    init(request: ApplicationRequest, random: UInt64) throws(KitError) {
        do throws(DrawingError) { canvas = try Canvas(size: request.size) } catch { throw .picture(error) }
        var turn = Turn(now: Clock.now())
        application = A(request: request, random: random, turn: &turn)
        events = []
        turn.redraw(canvas.size.bounds)
        apply(turn)
    }

    /// What to poll for the client; a negative descriptor, which poll(2) skips, when there is none. (Mutating only since
    /// an optional of a noncopyable type cannot be looked into otherwise.)
    mutating func watch() -> (descriptor: Int32, events: Poll.Events) {
        (client?.descriptor ?? -1, client?.interest ?? [])
    }

    /// Until the next wake; nil waits for something else to happen.
    func timeout() -> Duration? { wakeTime.map { max(.zero, $0 - Clock.now()) } }

    /// Takes a waiting client; one that is served already gives way to it (the capture has connected anew).
    mutating func welcome(from listener: borrowing Descriptor) throws(KitError) {
        do throws(SystemCallError) {
            guard let socket = try UnixSocket.accept(listener) else { return }
            // A client that is gone before its first byte is no reason to stop.
            client = try? RFBServerConnection(socket: socket, size: canvas.size, name: "Vitrine application")
        } catch { throw .system(error) }
        client?.addDamage(canvas.size.bounds)
    }

    /// Reads the client's messages, hands keys to the application and draws; the pixels leave in `update`.
    mutating func serveClient() {
        guard client != nil else { return }
        var turn = Turn(now: Clock.now())
        do throws(RFBError) {
            for event in try client!.receive() {
                switch event {
                case .keyDown(let keysym):
                    if let key = Key(keysym: keysym) { application.handle(key, turn: &turn) }
                case .pointer(let x, let y, let buttons):
                    application.point(x: x, y: y, isDown: buttons & 1 == 1, turn: &turn)
                default: break
                }
            }
        } catch { client = nil }  // Gone or not speaking RFB: the application waits for the next client.
        apply(turn)
    }

    /// Hands over everything that the server has said; false when it has gone.
    mutating func hear(_ control: borrowing Descriptor) throws(KitError) -> Bool {
        var turn = Turn(now: Clock.now())
        defer { apply(turn) }
        var buffer = [UInt8](repeating: 0, count: Self.packetBytes)
        while true {
            let count: Int
            do throws(SystemCallError) {
                switch try control.read(into: &buffer) {
                case .bytes(let n): count = n
                case .wouldBlock: return true
                case .closed: return false
                }
            } catch { throw .system(error) }
            do throws(WireError) {
                application.take(try ApplicationInput(decoding: Array(buffer[..<count])), turn: &turn)
            } catch { throw .malformedInput(error) }
        }
    }

    /// The server's packets are an invoice at most.
    private static var packetBytes: Int { 4096 }

    mutating func wakeIfDue() {
        let now = Clock.now()
        guard let time = wakeTime, time <= now else { return }
        wakeTime = nil
        var turn = Turn(now: now)
        application.wake(turn: &turn)
        apply(turn)
    }

    /// Sends what changed, if the client has asked for it.
    mutating func update() {
        guard client?.wantsUpdate == true else { return }
        do throws(RFBError) {
            try canvas.withPixels { (pixels) throws(RFBError) in
                try unsafe pixels.withUnsafeBytes { (bytes) throws(RFBError) in
                    guard let base = bytes.baseAddress else { return }
                    // SAFETY: the canvas lends stride × height bytes of the size that the session was made with.
                    try unsafe client?.update(pixels: base, stride: canvas.stride)
                }
            }
        } catch { client = nil }
    }

    /// Tells the server what the application wants it to know; the outcome last.
    mutating func report(to control: borrowing Descriptor) throws(KitError) {
        if let outcome { events.append(.outcome(outcome)) }
        do throws(SystemCallError) {
            for event in events { try control.writePacket(event.encoded()) }
        } catch { throw .system(error) }
        events = []
    }

    private mutating func apply(_ turn: Turn) {
        events += turn.events
        wakeTime = turn.wakeTime ?? wakeTime
        outcome = outcome ?? turn.outcome
        let damage = turn.damage.intersection(canvas.size.bounds)
        guard !damage.isEmpty else { return }
        canvas.clipped(to: damage) { application.draw(into: &$0, damage: damage) }
        client?.addDamage(damage)
    }
}
