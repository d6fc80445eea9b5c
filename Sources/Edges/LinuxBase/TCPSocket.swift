internal import CLinux
internal import Glibc

/// TCP client sockets.
public enum TCPSocket {
    public enum ConnectError: Error, Equatable, Sendable, CustomStringConvertible {
        case name(host: String, reason: String)
        case system(SystemCallError)
        public var description: String {
            switch self {
            case .name(let host, let reason): "\(host): \(reason)"
            case .system(let error): error.description
            }
        }
    }

    /// Starts connecting without waiting: the socket is writable once connected or refused (see `finishConnecting`).
    /// TCP_NODELAY is set.
    public static func startConnecting(to address: SocketAddress) throws(SystemCallError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let fd = socket(address.family, kind, 0)
        guard fd >= 0 else { throw .last("socket") }
        let result = Descriptor(owning: fd)
        var on: Int32 = 1
        _ = unsafe setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        // SAFETY: the bytes are a socket address of the family, as getaddrinfo made it.
        let code = unsafe address.bytes.withUnsafeBytes { bytes in
            unsafe connect(fd, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 || errno == EINPROGRESS else { throw .last("connect") }
        return result
    }

    /// The same by name, the first address that takes the attempt: blocks while the name is looked up (`AddressLookup`
    /// does not).
    public static func startConnecting(host: String, port: UInt16) throws(ConnectError) -> Descriptor {
        var failure = SystemCallError("connect(\(host))", EADDRNOTAVAIL)
        for address in try AddressLookup.addresses(host, port).get() {
            do throws(SystemCallError) { return try startConnecting(to: address) } catch { failure = error }
        }
        throw .system(failure)
    }

    /// Throws what the connection attempt ended with; call it when the socket has become writable.
    public static func finishConnecting(_ socket: borrowing Descriptor) throws(SystemCallError) {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else {
            throw .last("getsockopt(SO_ERROR)")
        }
        guard code == 0 else { throw SystemCallError("connect", code) }
    }

    /// Payload bytes that a connection has received and sent so far, as the kernel counts them; zero when it cannot say.
    public static func byteCounts(_ socket: Int32) -> (received: UInt64, sent: UInt64) {
        var received: UInt64 = 0
        var sent: UInt64 = 0
        guard unsafe CLinux_tcp_bytes(socket, &received, &sent) == 0 else { return (0, 0) }
        return (received, sent)
    }
}
