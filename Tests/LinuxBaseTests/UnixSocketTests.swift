import Glibc
import LinuxBase
import Testing

@Suite struct UnixSocketTests {
    @Test func `a descriptor that was sent is the same file`() throws {
        let pair = try UnixSocket.pair(.sequencedPackets)
        let memory = try SharedMemory(name: "test", count: 4096)
        unsafe memory.base.storeBytes(of: 0x1234, as: UInt32.self)
        #expect(try UnixSocket.send([9, 8], descriptors: [memory.descriptor.raw], to: pair.first) == .bytes(2))
        var buffer = [UInt8](repeating: 0, count: 16)
        let (transfer, numbers) = try UnixSocket.receive(into: &buffer, capacity: 4, from: pair.second)
        #expect(transfer == .bytes(2))
        #expect(buffer.prefix(2) == [9, 8])
        #expect(numbers.count == 1)
        let mapped = try SharedMemory(
            mapping: Descriptor(owning: try #require(numbers.first)), count: 4096, writable: false)
        #expect(unsafe mapped.base.load(as: UInt32.self) == 0x1234)
        // And it will not leak into programs that this one starts.
        #expect(fcntl(mapped.descriptor.raw, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `descriptors beyond the capacity are closed, not leaked`() throws {
        let carrier = try UnixSocket.pair(.sequencedPackets)
        let watched = try UnixSocket.pair()
        let copies = [try watched.second.duplicate().take(), try watched.second.duplicate().take()]
        _ = try UnixSocket.send([1], descriptors: copies, to: carrier.first)
        for copy in copies { close(copy) }
        let first = watched.split { first, _ in first }
        var buffer = [UInt8](repeating: 0, count: 1)
        let (_, numbers) = try UnixSocket.receive(into: &buffer, capacity: 1, from: carrier.second)
        #expect(numbers.count == 1)
        #expect(try Poll.wait(for: first.raw, events: .readable, timeout: .milliseconds(10)).isEmpty)
        for number in numbers { close(number) }
        // The last copy was ours: had the second one stayed open, the end would not come.
        #expect(try readAll(first).isEmpty)
    }

    @Test func `packets keep their edges`() throws {
        let pair = try UnixSocket.pair(.sequencedPackets)
        _ = try UnixSocket.send([1, 2, 3], to: pair.first)
        _ = try UnixSocket.send([4], to: pair.first)
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(try UnixSocket.receive(into: &buffer, capacity: 0, from: pair.second).transfer == .bytes(3))
        #expect(try UnixSocket.receive(into: &buffer, capacity: 0, from: pair.second).transfer == .bytes(1))
        try pair.second.setNonBlocking()
        #expect(try UnixSocket.receive(into: &buffer, capacity: 0, from: pair.second).transfer == .wouldBlock)
        let second = pair.split { _, second in second }
        #expect(
            try eventually { try UnixSocket.receive(into: &buffer, capacity: 0, from: second).transfer == .closed })
    }

    @Test func `a listener knows who connects`() throws {
        let folder = try Folder()
        let path = folder.path + "/socket"
        let listener = try UnixSocket.listen(path, mode: 0o640)
        try listener.setNonBlocking()
        #expect(try Files.status(path).mode == 0o640)
        #expect(try !takeConnection(from: listener))
        let client = try UnixSocket.connect(path)
        guard let server = try UnixSocket.accept(listener) else {
            Issue.record("nobody waits")
            return
        }
        let peer = try UnixSocket.peer(of: server)
        #expect(peer.process == getpid() && peer.user == getuid() && peer.group == getgid())
        #expect(try UnixSocket.peer(of: client) == peer)
        try client.writeAll([5])
        var buffer = [UInt8](repeating: 0, count: 4)
        #expect(try server.read(into: &buffer) == .bytes(1))
    }

    @Test func `a socket file that a dead process left is replaced`() throws {
        let folder = try Folder()
        let path = folder.path + "/socket"
        do { _ = try UnixSocket.listen(path, mode: 0o600) }
        #expect(Files.exists(path))
        #expect(
            eventually {
                do throws(SystemCallError) {
                    _ = try UnixSocket.connect(path)
                    return false
                } catch { return error == SystemCallError("connect(\(path))", ECONNREFUSED) }
            })
        let listener = try UnixSocket.listen(path, mode: 0o600)
        _ = try UnixSocket.connect(path)
        #expect(try takeConnection(from: listener))
    }

    @Test func `a path that does not fit is refused whole`() throws {
        let folder = try Folder()
        let fitting =
            folder.path + "/" + String(repeating: "x", count: UnixSocket.pathLimit - folder.path.utf8.count - 1)
        _ = try UnixSocket.listen(fitting, mode: 0o600)
        #expect(Files.exists(fitting))
        #expect(throws: SystemCallError("socket path \(fitting)y", ENAMETOOLONG)) {
            _ = try UnixSocket.listen(fitting + "y", mode: 0o600)
        }
        #expect(throws: SystemCallError.self) { _ = try UnixSocket.connect("/tmp/a\0b") }
    }

    @Test func `a link in a socket's place is not followed`() throws {
        let folder = try Folder()
        let real = folder.path + "/real"
        let listener = try UnixSocket.listen(real, mode: 0o600)
        try Files.makeLink(folder.path + "/link", to: real)
        _ = try UnixSocket.connectWithoutLinks(real)
        #expect(try takeConnection(from: listener))
        #expect(throws: SystemCallError.self) { _ = try UnixSocket.connectWithoutLinks(folder.path + "/link") }
        try Files.replace(folder.path + "/file", with: [])
        #expect(throws: SystemCallError.self) { _ = try UnixSocket.connectWithoutLinks(folder.path + "/file") }
    }
}

private func takeConnection(from listener: borrowing Descriptor) throws -> Bool {
    try UnixSocket.accept(listener) != nil
}

@Suite struct TCPSocketTests {
    @Test func `a connection to this machine comes up without waiting`() throws {
        let listener = try TCPSocket.listenOnLoopback(port: 0)
        let port = try TCPSocket.port(of: listener)
        let client = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
        #expect(try Poll.wait(for: client.raw, events: .writable, timeout: .seconds(5)) == .writable)
        try TCPSocket.finishConnecting(client)
        _ = try Poll.wait(for: listener.raw, events: .readable, timeout: .seconds(5))
        guard let server = try UnixSocket.accept(listener) else {
            Issue.record("nobody waits")
            return
        }
        try client.writeAll([1, 2])
        var buffer = [UInt8](repeating: 0, count: 4)
        _ = try Poll.wait(for: server.raw, events: .readable, timeout: .seconds(5))
        #expect(try server.read(into: &buffer) == .bytes(2))
        var on: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        #expect(unsafe getsockopt(client.raw, Int32(IPPROTO_TCP), TCP_NODELAY, &on, &length) == 0)
        #expect(on != 0)
    }

    @Test func `a port where nobody listens refuses`() throws {
        // Bound, so that nobody else gets the port, and then closed.
        let port = try TCPSocket.port(of: try TCPSocket.listenOnLoopback(port: 0))
        #expect(
            try eventually {
                let client = try TCPSocket.startConnecting(host: "127.0.0.1", port: port)
                _ = try Poll.wait(for: client.raw, events: .writable, timeout: .seconds(5))
                do throws(SystemCallError) {
                    try TCPSocket.finishConnecting(client)
                    return false
                } catch { return error.isAbsent }
            })
    }

    @Test func `a name that does not exist is told as such`() {
        #expect(throws: TCPSocket.ConnectError.self) {
            _ = try TCPSocket.startConnecting(host: "no such host", port: 1)
        }
    }

    @Test func `numeric addresses are read and written as people write them`() {
        #expect(InternetAddress.bytes("127.0.0.1") == [127, 0, 0, 1])
        #expect(InternetAddress.bytes("::1") == [UInt8](repeating: 0, count: 15) + [1])
        for text in ["", "localhost", "1.2.3", "1.2.3.256", "::g"] { #expect(InternetAddress.bytes(text) == nil) }
        for text in ["10.0.0.255", "2001:db8::1"] {
            #expect(InternetAddress.text(InternetAddress.bytes(text) ?? []) == text)
        }
        #expect(InternetAddress.text([1, 2, 3]) == nil)
    }
}
