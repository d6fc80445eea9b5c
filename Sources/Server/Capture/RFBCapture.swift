// Capture: what an application in a cell shows, pulled over its RFB socket. Owns the connection and the picture; never
// encodes, never queues: what is not asked for stays in the cell as damage. Lives on a thread of its own, which it blocks.

internal import LinuxBase
internal import Measurements
public import Pictures
public import RFB

/// The picture of one cell. One question is open at a time, and the next is asked by the next call of `next`: a slow
/// encoder slows the asking, and the cell's server merges what changes meanwhile.
@safe public struct RFBCapture: ~Copyable, Sendable {
    private var client: RFBClient

    /// Waits for the application to make its socket and to shake hands. `size` is the only picture size that is accepted.
    /// `ended` is a descriptor that is readable when the cell has ended (-1: there is none).
    public init(
        socket path: String, size: PixelSize, timeout: Duration, ended: Int32 = -1
    ) throws(CaptureError) {
        let deadline = Clock.now() + timeout
        let socket = try Self.connect(path, deadline: deadline, ended: ended)
        do throws(RFBError) {
            var client = try RFBClient(socket: socket, size: size)
            try client.handshake(timeout: deadline - Clock.now())
            self.client = client
        } catch {
            throw Self.classified(error)
        }
    }

    /// Bytes B, G, R, x, rows `stride` bytes apart; valid for as long as this value lives, changed by `next` alone.
    public var pixels: UnsafeRawPointer { unsafe UnsafeRawPointer(client.pixels) }
    public var stride: Int { client.stride }

    /// A copy of what it holds now.
    public func picture() -> Picture {
        precondition(stride == size.width * 4, "rows without a gap")
        // SAFETY: `pixels` has `size.area` pixels in rows without a gap, and lives as long as this value.
        return unsafe Picture(
            size: size,
            pixels: Array(UnsafeBufferPointer(start: pixels.assumingMemoryBound(to: UInt32.self), count: size.area)))
    }

    public var size: PixelSize { client.size }
    /// To poll together with others: readable when `next` has something to read.
    public var descriptor: Int32 { client.descriptor }
    /// For any thread: keys, pointer, and `interrupt`, which ends a blocked `next`.
    public var input: RFBInput { client.input }

    /// Waits until something has changed: the bounding box of all that did, never empty. Nil when `timeout` passes first
    /// (nil waits for ever). The first is the whole picture.
    public mutating func next(timeout: Duration?) throws(CaptureError) -> Rectangle? {
        do throws(RFBError) { return try client.next(timeout: timeout) } catch { throw Self.classified(error) }
    }

    private static func connect(
        _ path: String, deadline: MonotonicTime, ended: Int32
    ) throws(CaptureError) -> Descriptor {
        while true {
            do throws(SystemCallError) {
                return try UnixSocket.connectWithoutLinks(path)
            } catch {
                guard error.isAbsent else { throw .system(error) }
            }
            // Not yet. Inside a cell's mounts there is nothing to watch: look again shortly.
            guard Clock.now() < deadline else { throw .absent }
            do throws(SystemCallError) {
                let events = try Poll.wait(for: ended, events: .readable, timeout: .milliseconds(2))
                if events.isEmpty { continue }
            } catch {
                throw .system(error)
            }
            throw .ended
        }
    }

    private static func classified(_ error: RFBError) -> CaptureError {
        switch error {
        case .interrupted: .interrupted
        case .timedOut: .absent
        default: .protocolError(error)
        }
    }
}
