internal import Glibc
internal import Synchronization

/// Where a TCP connection can go: an IPv4 or IPv6 address with its port, as the kernel takes it.
public struct SocketAddress: Equatable, Sendable {
    let family: Int32
    let bytes: [UInt8]
}

/// The addresses behind a host's name, looked up on a thread of its own: a name server that does not answer holds up
/// nobody. Dropping the value forgets the result; the thread ends when the resolver does.
public final class AddressLookup: Sendable {
    private let bell: Wakeup
    private let outcome = Mutex<Result<[SocketAddress], TCPSocket.ConnectError>?>(nil)

    /// Starts looking. A name that is a numeric address is done at once.
    public init(host: String, port: UInt16) throws(SystemCallError) {
        bell = try Wakeup()
        guard InternetAddress.bytes(host) == nil else {
            finish(Self.addresses(host, port))
            return
        }
        try WorkerThread.start("lookup") { [weak self] in
            let found = Self.addresses(host, port)
            self?.finish(found)
        }
    }

    /// Readable once there is a result.
    public var descriptor: Int32 { bell.descriptor }

    /// The addresses in the order in which to try them, at least one; nil while nobody knows yet.
    public func result() throws(TCPSocket.ConnectError) -> [SocketAddress]? {
        let found = outcome.withLock { $0 }
        return try found?.get()
    }

    private func finish(_ found: Result<[SocketAddress], TCPSocket.ConnectError>) {
        outcome.withLock { $0 = found }
        bell.ring()
    }

    /// Blocks for as long as the resolver does.
    static func addresses(_ host: String, _ port: UInt16) -> Result<[SocketAddress], TCPSocket.ConnectError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(.name(host: host, reason: unsafe String(cString: gai_strerror(code)))) }
        defer { unsafe freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            // SAFETY: getaddrinfo's entries name ai_addrlen bytes at ai_addr.
            let bytes = unsafe UnsafeRawBufferPointer(
                start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            unsafe found.append(SocketAddress(family: entry.pointee.ai_family, bytes: Array(bytes)))
        }
        return .success(found)
    }
}
