internal import LinuxBase
internal import Synchronization

/// The sending half of a client, for any thread: keys and pointer go out at once, in order, whole messages only; nothing
/// blocks. `interrupt` ends the client's waiting, now and for good.
public final class RFBInput: Sendable {
    private struct State {
        /// Set when a message could not be sent whole; what follows would be read as nonsense.
        var broken = false
    }

    private struct Waker: ~Copyable, Sendable {
        let first: Descriptor
        let second: Descriptor
    }

    private let socket: Descriptor
    private let waker: Waker
    private let state = Mutex(State())
    private let flag = Atomic(false)

    /// A second handle on a connected, non-blocking socket.
    init(socket: borrowing Descriptor) throws(RFBError) {
        do throws(SystemCallError) {
            self.socket = try socket.duplicate()
            waker = try UnixSocket.pair().split { first, second in Waker(first: first, second: second) }
        } catch {
            throw .system(error)
        }
    }

    /// One key going down or up, an X11 key symbol (see `Keysym`).
    public func key(_ keysym: UInt32, down: Bool) throws(RFBError) { try send(Self.keyEvent(keysym, down)) }

    /// Down and up in one write.
    public func press(_ keysym: UInt32) throws(RFBError) {
        try send(Self.keyEvent(keysym, true) + Self.keyEvent(keysym, false))
    }

    /// Position in pixels and the buttons held, bit 0 for the first.
    public func pointer(x: Int, y: Int, buttons: UInt8) throws(RFBError) {
        try send([5, buttons] + UInt16(clamping: x).bytes + UInt16(clamping: y).bytes)
    }

    /// Every wait of the client throws `.interrupted` from now on.
    public func interrupt() {
        flag.store(true, ordering: .releasing)
        _ = try? waker.first.write([1])  // A pair that is full already wakes just as well.
    }

    /// Readable after `interrupt`.
    var wake: Int32 { waker.second.raw }
    var isInterrupted: Bool { flag.load(ordering: .acquiring) }

    /// The kernel's socket buffer holds thousands of keys: one that does not fit means that nobody reads.
    func send(_ bytes: [UInt8]) throws(RFBError) {
        guard !bytes.isEmpty else { return }
        try state.withLock { (state) throws(RFBError) in
            guard !state.broken else { throw .stalled }
            let transfer: Transfer
            do throws(SystemCallError) { transfer = try socket.write(bytes[...]) } catch { throw .system(error) }
            switch transfer {
            case .bytes(bytes.count): return
            case .closed: throw .closed
            case .bytes, .wouldBlock:
                state.broken = true
                throw .stalled
            }
        }
    }

    private static func keyEvent(_ keysym: UInt32, _ down: Bool) -> [UInt8] { [4, down ? 1 : 0, 0, 0] + keysym.bytes }
}
