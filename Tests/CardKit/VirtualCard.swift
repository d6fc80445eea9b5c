internal import Glibc
internal import LinuxBase
public import Measurements
internal import Synchronization

/// A card lying on a virtual reader, on a thread of its own: connected to vpcd as long as it lies there.
public final class VirtualCard: Sendable {
    /// One command, by the card's own clock.
    public struct Exchange: Equatable, Sendable {
        public let received: MonotonicTime
        public let answered: MonotonicTime
    }

    private struct State {
        var exchanges: [Exchange] = []
        var isThere = true
    }

    private let socket: SharedDescriptor
    private let state = Mutex(State())

    /// vpcd's port of the first reader; the second has the next one.
    public static let port: UInt16 = 0x8C7B
    /// Answer to reset of a contactless card without historical bytes (PC/SC part 3, 3.1.3.2.3).
    private static let answerToReset: [UInt8] = [0x3B, 0x80, 0x80, 0x01, 0x01]

    /// Lays the card on the reader `slot`: waits until the reader takes the connection.
    public init(_ description: CardDescription, slot: Int, timeout: Duration = .seconds(10)) throws {
        let deadline = Clock.now() + timeout
        socket = SharedDescriptor(try Self.connect(Self.port + UInt16(slot), deadline))
        try WorkerThread.start("card \(slot)") { [self] in
            live(description)
            state.withLock { $0.isThere = false }
            // Closing comes with the last reference; the reader should not wait for that.
            shutdown(socket.raw, Int32(SHUT_RDWR))
        }
    }

    /// Takes the card away.
    public func remove() { shutdown(socket.raw, Int32(SHUT_RDWR)) }

    /// False once it was taken away, or its reader ended.
    public var isThere: Bool { state.withLock { $0.isThere } }

    /// Commands answered so far.
    public var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    private static func connect(_ port: UInt16, _ deadline: MonotonicTime) throws -> Descriptor {
        while true {
            do {
                let socket = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
                _ = try Poll.wait(for: socket.raw, events: .writable, timeout: deadline - Clock.now())
                try TCPSocket.finishConnecting(socket)
                try socket.setNonBlocking(false)
                return socket
            } catch {
                guard Clock.now() < deadline else { throw error }
                Clock.sleep(.milliseconds(5))
            }
        }
    }

    private func live(_ description: CardDescription) {
        var mind = CardMind(description)
        while let message = receive() {
            let now = Clock.now()
            // One byte is the reader's control: off, on, reset, or "what is your answer to reset?".
            if message.count == 1 {
                if message[0] == 4 {
                    guard send(description.malice == .mute ? [0xFF, 0xFF] : Self.answerToReset) else { return }
                } else {
                    mind.reset()
                }
                continue
            }
            switch mind.answer(message) {
            case .torn: return
            case .silence:
                // Until it is taken away.
                while receive(1) != nil {}
                return
            case .answer(let bytes):
                if description.delayMilliseconds > 0 { Clock.sleep(.milliseconds(description.delayMilliseconds)) }
                let answered = Clock.now()
                state.withLock { $0.exchanges.append(Exchange(received: now, answered: answered)) }
                guard send(bytes) else { return }
            }
        }
    }

    /// The next message: two bytes of length, then as many. Nil when the reader is gone.
    private func receive() -> [UInt8]? {
        guard let head = receive(2) else { return nil }
        return receive(Int(head[0]) << 8 | Int(head[1]))
    }

    private func receive(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            // The reader may write length and body apart: with a delayed acknowledgement its second write waits 40 ms.
            var on: Int32 = 1
            _ = unsafe setsockopt(
                socket.raw, Int32(IPPROTO_TCP), TCP_QUICKACK, &on, socklen_t(MemoryLayout<Int32>.size))
            let n = unsafe bytes.withUnsafeMutableBytes {
                unsafe read(socket.raw, $0.baseAddress! + filled, count - filled)
            }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { return nil }
            filled += n
        }
        return bytes
    }

    private func send(_ message: [UInt8]) -> Bool {
        var rest = ([UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message)[...]
        while !rest.isEmpty {
            let n = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { return false }
            rest = rest.dropFirst(n)
        }
        return true
    }
}
