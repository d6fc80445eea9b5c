internal import Glibc

extension TCPSocket {
    /// Listens at a host's first address that takes it; port 0 takes a free one. Non-blocking; take connections with
    /// `UnixSocket.accept`. Blocks while a name is looked up.
    public static func startListening(
        host: String, port: UInt16, backlog: Int32 = 8
    ) throws(ConnectError) -> Descriptor {
        var failure = SystemCallError("bind(\(host))", EADDRNOTAVAIL)
        for address in try AddressLookup.addresses(host, port).get() {
            do throws(SystemCallError) { return try startListening(at: address, backlog: backlog) } catch {
                failure = error
            }
        }
        throw .system(failure)
    }

    private static func startListening(at address: SocketAddress, backlog: Int32) throws(SystemCallError) -> Descriptor
    {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let fd = socket(address.family, kind, 0)
        guard fd >= 0 else { throw .last("socket") }
        let result = Descriptor(owning: fd)
        var on: Int32 = 1
        // A port whose last owner died a moment ago is free for us; without this, it is later.
        _ = unsafe setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        // SAFETY: the bytes are a socket address of the family, as getaddrinfo made it.
        let code = unsafe address.bytes.withUnsafeBytes { bytes in
            unsafe bind(fd, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 else { throw .last("bind") }
        guard listen(fd, backlog) == 0 else { throw .last("listen") }
        return result
    }
}
