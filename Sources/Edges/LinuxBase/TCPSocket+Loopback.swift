internal import Glibc

extension TCPSocket {
    /// Listens on 127.0.0.1, where only this machine's processes can connect; port 0 takes a free one. Non-blocking;
    /// take connections with `UnixSocket.accept`.
    public static func listenOnLoopback(port: UInt16, backlog: Int32 = 8) throws(SystemCallError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let fd = socket(AF_INET, kind, 0)
        guard fd >= 0 else { throw .last("socket") }
        let result = Descriptor(owning: fd)
        var on: Int32 = 1
        // A port whose last owner died a moment ago is free for us; without this, it is later.
        _ = unsafe setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // SAFETY: sockaddr_in begins with the fields of sockaddr; the pointer lives in this closure.
        let code = unsafe withUnsafePointer(to: &address) {
            unsafe bind(fd, UnsafeRawPointer($0).assumingMemoryBound(to: sockaddr.self), length)
        }
        guard code == 0 else { throw .last("bind(127.0.0.1:\(port))") }
        guard listen(fd, backlog) == 0 else { throw .last("listen(127.0.0.1:\(port))") }
        return result
    }

    /// The local port of a socket.
    public static func port(of socket: borrowing Descriptor) throws(SystemCallError) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = socket.raw
        // SAFETY: the kernel writes at most `length` bytes of an address that begins like sockaddr.
        let code = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe getsockname(fd, UnsafeMutableRawPointer($0).assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard code == 0 else { throw .last("getsockname") }
        return UInt16(bigEndian: address.sin_port)
    }
}
