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
    /// The name is looked up first, which blocks for names that are not numbers. TCP_NODELAY is set.
    public static func startConnecting(host: String, port: UInt16) throws(ConnectError) -> Descriptor {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0, let first = unsafe list else {
            throw .name(host: host, reason: unsafe String(cString: gai_strerror(code)))
        }
        defer { unsafe freeaddrinfo(list) }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        var failure = SystemCallError("connect(\(host))", EADDRNOTAVAIL)
        var next: UnsafeMutablePointer<addrinfo>? = unsafe first
        while let candidate = unsafe next {
            unsafe next = candidate.pointee.ai_next
            let fd = unsafe socket(candidate.pointee.ai_family, kind, 0)
            guard fd >= 0 else {
                failure = .last("socket")
                continue
            }
            let result = Descriptor(owning: fd)
            var on: Int32 = 1
            _ = unsafe setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            if unsafe connect(fd, candidate.pointee.ai_addr, candidate.pointee.ai_addrlen) == 0 || errno == EINPROGRESS
            {
                return result
            }
            failure = .last("connect(\(host):\(port))")
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
