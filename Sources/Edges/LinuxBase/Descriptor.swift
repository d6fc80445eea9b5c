internal import CLinux
internal import Glibc

/// What a non-blocking read or write did. "Not yet" is a result, not an error.
public enum Transfer: Equatable, Sendable {
    case bytes(Int)
    case wouldBlock
    /// The other side has closed (read of zero bytes, EPIPE or ECONNRESET).
    case closed
}

/// One open file descriptor, closed when the value ends.
public struct Descriptor: ~Copyable, Sendable {
    public let raw: Int32

    /// Takes over `raw`, which must be open and owned by nobody else.
    public init(owning raw: Int32) { self.raw = raw }

    deinit { _ = close(raw) }

    /// Gives the number away; the caller closes it.
    public consuming func take() -> Int32 {
        let number = raw
        discard self
        return number
    }

    public borrowing func duplicate() throws(SystemCallError) -> Descriptor {
        let copy = fcntlDuplicate(raw)
        guard copy >= 0 else { throw .last("dup") }
        return Descriptor(owning: copy)
    }

    public borrowing func setNonBlocking(_ on: Bool = true) throws(SystemCallError) {
        let code = CLinux_set_nonblocking(raw, on ? 1 : 0)
        guard code == 0 else { throw SystemCallError("fcntl(O_NONBLOCK)", -code) }
    }

    /// Reads at most `buffer.count` bytes into the start of `buffer`.
    public borrowing func read(into buffer: inout [UInt8]) throws(SystemCallError) -> Transfer {
        while true {
            let n = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(raw, $0.baseAddress, $0.count) }
            if n > 0 { return .bytes(n) }
            if n == 0 { return .closed }
            let code = errno
            if code == EINTR { continue }
            if code == EAGAIN { return .wouldBlock }
            if code == ECONNRESET { return .closed }
            throw SystemCallError("read", code)
        }
    }

    /// Writes from the start of `bytes`; may write less. A broken pipe is `.closed` (no SIGPIPE on sockets; programs
    /// ignore SIGPIPE for pipes).
    public borrowing func write(_ bytes: ArraySlice<UInt8>) throws(SystemCallError) -> Transfer {
        guard !bytes.isEmpty else { return .bytes(0) }
        while true {
            let n = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(raw, $0.baseAddress, $0.count) }
            if n >= 0 { return .bytes(n) }
            let code = errno
            if code == EINTR { continue }
            if code == EAGAIN { return .wouldBlock }
            if code == EPIPE || code == ECONNRESET { return .closed }
            throw SystemCallError("write", code)
        }
    }

    /// Writes everything, waiting where the descriptor is non-blocking and full.
    public borrowing func writeAll(_ bytes: [UInt8]) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch try write(rest) {
            case .bytes(let n): rest = rest.dropFirst(n)
            case .wouldBlock: _ = try Poll.wait(for: raw, events: .writable, timeout: nil)
            case .closed: throw SystemCallError("write", EPIPE)
            }
        }
    }

    /// One packet to a socket of packets, waiting while it is full. False when the other end has gone.
    @discardableResult
    public borrowing func writePacket(_ bytes: [UInt8]) throws(SystemCallError) -> Bool {
        while true {
            switch try write(bytes[...]) {
            case .bytes: return true
            case .wouldBlock: _ = try Poll.wait(for: raw, events: .writable, timeout: nil)
            case .closed: return false
            }
        }
    }

    private borrowing func fcntlDuplicate(_ fd: Int32) -> Int32 { fcntl(fd, F_DUPFD_CLOEXEC, 3) }
}
