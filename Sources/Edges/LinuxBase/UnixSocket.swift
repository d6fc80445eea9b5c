internal import CLinux
internal import Glibc

/// Who is at the other end of a Unix socket, as the kernel vouches for it at the time of connect(2).
public struct PeerCredentials: Equatable, Sendable {
    public let process: Int32
    public let user: UInt32
    public let group: UInt32
}

/// AF_UNIX sockets. All descriptors are close-on-exec.
public enum UnixSocket {
    /// Longest path that fits `sun_path`, in bytes.
    public static let pathLimit = 107

    public static func pair(_ type: Kind = .stream) throws(SystemCallError) -> (Pair) {
        var numbers: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, type.raw, 0, &numbers) == 0 else { throw .last("socketpair") }
        return Pair(first: Descriptor(owning: numbers[0]), second: Descriptor(owning: numbers[1]))
    }

    public struct Pair: ~Copyable {
        public var first: Descriptor
        public var second: Descriptor
        /// Both ends, each to its own owner.
        public consuming func split<R: ~Copyable, E: Error>(
            _ body: (consuming Descriptor, consuming Descriptor) throws(E) -> R
        ) throws(E) -> R { try body(first, second) }
    }

    public enum Kind: Sendable {
        case stream
        case sequencedPackets
        var raw: Int32 {
            let kind = self == .stream ? SOCK_STREAM : SOCK_SEQPACKET
            return Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        }
    }

    /// Listens at `path`, replacing a socket file that a dead process left there. The file gets `mode`.
    public static func listen(
        _ path: String, mode: UInt32, kind: Kind = .stream, backlog: Int32 = 16
    ) throws(SystemCallError) -> Descriptor {
        let fd = socket(AF_UNIX, kind.raw, 0)
        guard fd >= 0 else { throw .last("socket") }
        let result = Descriptor(owning: fd)
        try Files.remove(path)
        let mask = umask(0o777 & ~mode)
        defer { umask(mask) }
        try unsafe withAddress(path) { (address, length) throws(SystemCallError) in
            guard unsafe bind(fd, address, length) == 0 else { throw .last("bind(\(path))") }
        }
        guard Glibc.listen(fd, backlog) == 0 else { throw .last("listen(\(path))") }
        return result
    }

    public static func connect(_ path: String, kind: Kind = .stream) throws(SystemCallError) -> Descriptor {
        let fd = socket(AF_UNIX, kind.raw, 0)
        guard fd >= 0 else { throw .last("socket") }
        let result = Descriptor(owning: fd)
        try unsafe withAddress(path) { (address, length) throws(SystemCallError) in
            guard unsafe Glibc.connect(fd, address, length) == 0 else { throw .last("connect(\(path))") }
        }
        return result
    }

    /// The next waiting connection; nil when the listener is non-blocking and nobody waits.
    public static func accept(_ listener: borrowing Descriptor) throws(SystemCallError) -> Descriptor? {
        while true {
            let fd = CLinux_accept(listener.raw)
            if fd >= 0 { return Descriptor(owning: fd) }
            if fd == -ECONNABORTED { continue }
            if fd == -EAGAIN { return nil }
            throw SystemCallError("accept", -fd)
        }
    }

    public static func peer(of socket: borrowing Descriptor) throws(SystemCallError) -> PeerCredentials {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        let code = unsafe CLinux_peer_credentials(socket.raw, &process, &user, &group)
        guard code == 0 else { throw SystemCallError("SO_PEERCRED", -code) }
        return PeerCredentials(process: process, user: user, group: group)
    }

    /// Sends `bytes` with copies of `descriptors` (at most 32) in one message.
    public static func send(
        _ bytes: [UInt8], descriptors: [Int32] = [], to socket: borrowing Descriptor
    ) throws(SystemCallError) -> Transfer {
        let n = unsafe bytes.withUnsafeBytes { bytes in
            unsafe descriptors.withUnsafeBufferPointer { numbers in
                unsafe CLinux_send_descriptors(
                    socket.raw, bytes.baseAddress, bytes.count, numbers.baseAddress, numbers.count)
            }
        }
        if n >= 0 { return .bytes(n) }
        if n == -Int(EAGAIN) { return .wouldBlock }
        if n == -Int(EPIPE) || n == -Int(ECONNRESET) { return .closed }
        throw SystemCallError("sendmsg", Int32(-n))
    }

    /// Receives bytes into the start of `buffer`, and the raw numbers of at most `capacity` descriptors, which the
    /// caller owns from then on.
    public static func receive(
        into buffer: inout [UInt8], capacity: Int, from socket: borrowing Descriptor
    ) throws(SystemCallError) -> (transfer: Transfer, descriptors: [Int32]) {
        var numbers = [Int32](repeating: -1, count: max(capacity, 1))
        var count = 0
        let fd = socket.raw
        let n = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe numbers.withUnsafeMutableBufferPointer { numbers in
                unsafe CLinux_receive_descriptors(
                    fd, bytes.baseAddress, bytes.count, numbers.baseAddress, capacity, &count)
            }
        }
        let found = Array(numbers.prefix(count))
        if n > 0 { return (.bytes(n), found) }
        if n == 0 || n == -Int(ECONNRESET) { return (.closed, found) }
        if n == -Int(EAGAIN) { return (.wouldBlock, found) }
        throw SystemCallError("recvmsg", Int32(-n))
    }

    private static func withAddress<R>(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemCallError) -> R
    ) throws(SystemCallError) -> R {
        let bytes = Array(path.utf8)
        guard bytes.count <= pathLimit, !bytes.contains(0) else {
            throw SystemCallError("socket path \(path)", ENAMETOOLONG)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
            // SAFETY: the count was checked against sun_path above; the rest stays zero.
            unsafe target.copyBytes(from: bytes)
        }
        // SAFETY: sockaddr_un begins with the fields of sockaddr; the pointer lives in this closure.
        return try unsafe withUnsafePointer(to: &address) { (pointer) throws(SystemCallError) -> R in
            let address = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return try unsafe body(address, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
