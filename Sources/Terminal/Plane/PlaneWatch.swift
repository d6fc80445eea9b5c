public import LinuxBase
public import Measurements
public import Pictures
internal import RFB
public import Wire

/// Serves a memory plane to VNC viewers on this machine, and takes their keys as if typed on the keypad. For development
/// only: there is no password, and whoever may connect sees what the cardholder sees. Never waits: poll `watched` until
/// `deadline`, then call `handle`.
public struct PlaneWatch: ~Copyable {
    /// Viewers at a time; a further connection is closed.
    public static let viewers = 4
    /// From connecting to the end of the handshake.
    static let handshakeTime: Duration = .seconds(10)

    private let listener: Descriptor
    private let size: PixelSize
    private var connected: [Viewer] = []
    public let port: UInt16

    /// Listens on `host`, which must be `127.0.0.1` or `localhost`; port 0 takes a free one.
    public init(host: String = "127.0.0.1", port: UInt16, size: PixelSize) throws(PlaneError) {
        guard host == "127.0.0.1" || host == "localhost" else { throw .notLoopback("\(host):\(port)") }
        do throws(SystemCallError) {
            let listener = try TCPSocket.listenOnLoopback(port: port)
            self.port = try TCPSocket.port(of: listener)
            self.listener = listener
        } catch {
            throw .system(error)
        }
        self.size = size
    }

    public var viewerCount: Int { connected.count }

    public var watched: [(descriptor: Int32, events: Poll.Events)] {
        [(listener.raw, .readable)] + connected.map { ($0.connection.descriptor, $0.connection.interest) }
    }

    /// When to call `handle` even if nothing is ready.
    public var deadline: MonotonicTime? {
        connected.compactMap { $0.connection.session.isReady ? nil : $0.handshakeEnds }.min()
    }

    /// Tells the viewers that `damage` of the plane has changed, and sends it to those who asked. What a slow viewer
    /// does not take waits, merged, until it asks again.
    public mutating func show(_ plane: borrowing MemoryPlane, damage: Rectangle) {
        for viewer in connected {
            viewer.connection.addDamage(damage)
            do throws(RFBError) { try update(viewer, plane) } catch { drop(viewer) }
        }
    }

    /// Takes new viewers, and what the viewers there are have said and asked. Returns the keys they pressed, in order.
    /// A viewer that breaks the protocol or its time is dropped.
    public mutating func handle(_ plane: borrowing MemoryPlane, now: MonotonicTime) -> [Key] {
        var keys: [Key] = []
        for viewer in connected {
            do throws(RFBError) {
                for event in try viewer.connection.receive() {
                    if case .keyDown(let keysym) = event, let key = Key(keysym: keysym) { keys.append(key) }
                }
                try update(viewer, plane)
                try viewer.connection.flush()
                if !viewer.connection.session.isReady, now >= viewer.handshakeEnds { drop(viewer) }
            } catch {
                drop(viewer)
            }
        }
        accept(now: now)
        return keys
    }

    private mutating func accept(now: MonotonicTime) {
        for _ in 0..<Self.viewers {
            // A connection that cannot be taken now (descriptors are short) is taken when it can be.
            guard let socket = try? UnixSocket.accept(listener) else { return }
            guard connected.count < Self.viewers else { continue }
            do throws(RFBError) {
                let connection = try RFBServerConnection(socket: socket, size: size, name: "Vitrine")
                let viewer = Viewer(connection: connection, handshakeEnds: now + Self.handshakeTime)
                connected.append(viewer)
                try viewer.connection.flush()
            } catch {
                // It has gone already; `handle` finds it closed and drops it.
            }
        }
    }

    private func update(_ viewer: Viewer, _ plane: borrowing MemoryPlane) throws(RFBError) {
        guard viewer.connection.wantsUpdate else { return }
        try unsafe plane.withPixels { (pixels, stride) throws(RFBError) in
            // SAFETY: the plane's pixels, of the size that the session was made with.
            try unsafe viewer.connection.update(pixels: pixels, stride: stride)
        }
    }

    private mutating func drop(_ viewer: Viewer) { connected.removeAll { $0 === viewer } }

    /// A class because arrays cannot hold noncopyable values; it never leaves this type.
    private final class Viewer {
        var connection: RFBServerConnection
        let handshakeEnds: MonotonicTime
        init(connection: consuming RFBServerConnection, handshakeEnds: MonotonicTime) {
            self.connection = connection
            self.handshakeEnds = handshakeEnds
        }
    }
}
