public import LinuxBase
internal import Measurements
public import Pictures

/// The asking end on a socket, with the picture that it keeps up to date. Blocks its own thread in `next`.
@safe public struct RFBClient: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable, and the pixels are reached through this value alone.

    /// Bytes B, G, R, x; rows `stride` bytes apart; valid for as long as this value lives.
    public var pixels: UnsafeMutableRawPointer { unsafe memory.base }
    public let stride: Int
    public var size: PixelSize { session.size }
    /// To poll together with others: readable when `next` has something to read.
    public var descriptor: Int32 { socket.raw }
    /// For keys from other threads, and to interrupt a wait.
    public let input: RFBInput

    private let socket: Descriptor
    private let memory: PixelMemory
    private var session: RFBClientSession
    private var hasPicture = false
    private var emptyUpdates = 0
    /// Bytes that have come and are not used yet: `buffer[start..<end]`. Small updates arrive here with one read; the rows
    /// of large ones go straight into the picture.
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)
    private var start = 0
    private var end = 0
    /// Bytes of the present `.pixels` or `.skip` that are done with.
    private var progress = 0

    /// Takes over a connected socket. `size` is the only picture size that is accepted.
    public init(socket: consuming Descriptor, size: PixelSize) throws(RFBError) {
        do throws(SystemCallError) { try socket.setNonBlocking() } catch { throw .system(error) }
        input = try RFBInput(socket: socket)
        self.socket = socket
        session = RFBClientSession(size: size)
        stride = size.width * 4
        memory = PixelMemory(count: size.area * 4)
    }

    /// Shakes hands; `next` would do it, too. (Not part of `init`: the compiler takes no throw from a noncopyable value
    /// that is complete.)
    public mutating func handshake(timeout: Duration) throws(RFBError) {
        let deadline = Clock.now() + timeout
        while !session.isReady {
            guard try event(deadline: deadline) != nil else { throw .timedOut }
        }
    }

    /// Asks for what has changed, unless a question is still open, and waits for the answer: the bounding box of the
    /// pixels that changed, never empty, or nil when `timeout` passes first (nil waits for ever). The first answer is the
    /// whole picture. Updates without pixels are asked again.
    public mutating func next(timeout: Duration?) throws(RFBError) -> Rectangle? {
        let deadline = timeout.map { Clock.now() + $0 }
        while true {
            if session.isReady && !session.isWaiting {
                session.request(incremental: hasPicture)
                try input.send(session.takeOutput())
            }
            guard let event = try event(deadline: deadline) else { return nil }
            guard case .updated(let damage) = event else { continue }
            if !damage.isEmpty {
                hasPicture = true
                emptyUpdates = 0
                return damage
            }
            emptyUpdates += 1
            guard emptyUpdates <= RFBLimits.emptyUpdates else { throw .flood }
        }
    }

    /// Runs the machine to its next event; nil when the deadline passes first, and then goes on where it was.
    private mutating func event(deadline: MonotonicTime?) throws(RFBError) -> RFBClientEvent? {
        while true {
            switch session.need {
            case .bytes(let count) where end - start >= count:
                let event = try session.receive(buffer[start..<(start + count)])
                start += count
                progress = 0
                try input.send(session.takeOutput())
                if let event { return event }
                continue
            case .bytes:
                break
            case .skip(let count):
                let used = min(count - progress, end - start)
                start += used
                progress += used
                if progress == count {
                    progress = 0
                    session.skipped()
                    continue
                }
            case .pixels(let area):
                takeBufferedRows(of: area)
                if progress == area.size.area * 4 {
                    progress = 0
                    if let event = session.pixelsArrived() { return event }
                    continue
                }
            }
            guard try fill(deadline: deadline) else { return nil }
        }
    }

    /// Copies what the buffer holds of a rectangle's rows into the picture.
    private mutating func takeBufferedRows(of area: Rectangle) {
        let rowBytes = area.width * 4
        let total = rowBytes * area.height
        while start < end && progress < total {
            let row = progress / rowBytes
            let inside = progress % rowBytes
            let count = min(rowBytes - inside, end - start)
            let offset = (area.y + row) * stride + area.x * 4 + inside
            // SAFETY: the session admits rectangles inside the picture only.
            unsafe buffer.withUnsafeBytes { bytes in
                unsafe (memory.base + offset).copyMemory(from: bytes.baseAddress! + start, byteCount: count)
            }
            start += count
            progress += count
        }
    }

    /// Reads more; false when the deadline passes first.
    private mutating func fill(deadline: MonotonicTime?) throws(RFBError) -> Bool {
        while true {
            if input.isInterrupted { throw .interrupted }
            if let deadline, Clock.now() >= deadline { return false }
            switch try readSome() {
            case .bytes: return true
            case .closed: throw .closed
            case .wouldBlock: break
            }
            let left = deadline.map { $0 - Clock.now() }
            do throws(SystemCallError) {
                _ = try Poll.wait(
                    for: [(socket.raw, .readable), (input.wake, .readable)], timeout: left)
            } catch { throw .system(error) }
        }
    }

    private mutating func readSome() throws(RFBError) -> Transfer {
        do throws(SystemCallError) {
            if start == end {
                start = 0
                end = 0
                if case .pixels(let area) = session.need, area.size.area * 4 - progress > buffer.count {
                    // SAFETY: the session admits rectangles inside the picture only.
                    let origin = unsafe memory.base + area.y * stride + area.x * 4
                    let transfer = try unsafe socket.readRows(
                        into: origin, rowBytes: area.width * 4, stride: stride, rows: area.height, offset: progress)
                    if case .bytes(let n) = transfer { progress += n }
                    return transfer
                }
            } else if start > 0 {
                // At most one header is left over.
                buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
                end -= start
                start = 0
            }
            let transfer = try readIntoBuffer()
            if case .bytes(let n) = transfer { end += n }
            return transfer
        } catch {
            throw .system(error)
        }
    }

    private mutating func readIntoBuffer() throws(SystemCallError) -> Transfer {
        let room = buffer.count - end
        let raw = end
        var result: Result<Transfer, SystemCallError> = .success(.wouldBlock)
        unsafe buffer.withUnsafeMutableBytes { bytes in
            do throws(SystemCallError) {
                // SAFETY: one row of `room` bytes behind those that are in use; `room` is not zero, since no need of the
                // session is as long as the buffer.
                result = .success(
                    try unsafe socket.readRows(
                        into: bytes.baseAddress! + raw, rowBytes: room, stride: room, rows: 1, offset: 0))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}

/// Zeroed memory that ends with its owner. A class: other modules that destroy an `RFBClient` in place would need the
/// symbols of a private noncopyable struct (Swift 6.3 leaves them undefined when linking).
@safe private final class PixelMemory {
    let base: UnsafeMutableRawPointer

    init(count: Int) {
        unsafe base = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 64)
        unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
    }

    deinit { unsafe base.deallocate() }
}
