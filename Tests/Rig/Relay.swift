internal import Glibc
internal import LinuxBase

/// A TCP relay on loopback between terminal and server (socat) that a test can cut and mend: what a broken network is to
/// both.
public final class Relay {
    public let port: UInt16
    private let target: UInt16
    private let capture: String?
    private let times: String?
    private var child: ChildProcess?

    /// With `capture`, every byte that passes is also in files whose names begin so; with `times`, that file says when how
    /// much passed (see `LineTimes`).
    public init(to target: UInt16, capture: String? = nil, times: String? = nil) throws {
        self.target = target
        self.capture = capture
        self.times = times
        port = try Self.freePort()
        try mend()
    }

    /// Ends all connections, and refuses new ones until `mend`.
    public func cut() throws {
        guard let running = child.take() else { return }
        running.signal(SIGKILL)
        _ = try running.stop(grace: .seconds(2))
    }

    /// Connections stay, nothing passes any more: a cable pulled far away. Ends with `thaw` or `cut`.
    public func freeze() { signal(SIGSTOP) }
    public func thaw() { signal(SIGCONT) }

    public func mend() throws {
        let nothing = try Files.open("/dev/null", flags: O_RDWR)
        let socat = try Programs.tool("socat")
        let dump = capture.map { ["-r", "\($0).up", "-R", "\($0).down"] } ?? []
        let output = try Files.open(times ?? "/dev/null", flags: O_WRONLY | O_CREAT | O_APPEND)
        child = try ChildProcess(
            socat,
            arguments: [socat] + dump + (times == nil ? [] : ["-v"]) + [
                "TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork,nodelay", "TCP:127.0.0.1:\(target),nodelay",
            ],
            descriptors: [(nothing.raw, 0), (nothing.raw, 1), (output.raw, 2)], diesWithParent: false)
    }

    private func signal(_ number: Int32) {
        switch child {
        case .some(let child): child.signal(number)
        case .none: break
        }
    }

    /// A port that nobody listens on at the moment.
    private static func freePort() throws -> UInt16 {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard fd >= 0 else { throw RigError.system(SystemCallError("socket", errno)) }
        let holder = Descriptor(owning: fd)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            // SAFETY: sockaddr_in begins with the fields of sockaddr; the pointer lives in this closure.
            let generic = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self)
            return unsafe bind(holder.raw, generic, length) != 0 || getsockname(holder.raw, generic, &length) != 0
        }
        guard !failed else { throw RigError.system(SystemCallError("bind", errno)) }
        return UInt16(bigEndian: address.sin_port)
    }
}
