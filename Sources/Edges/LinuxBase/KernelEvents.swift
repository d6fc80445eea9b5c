internal import CLinux
internal import Glibc

/// The kernel's device events as they happen, without udev. Needs no privilege. Open it before looking at the devices that
/// are there: what changes in between is then heard of twice, never missed.
public struct KernelEvents: ~Copyable, Sendable {
    public enum Notice: Equatable, Sendable {
        case event(KernelEvent)
        /// Events were lost: look at the devices again.
        case overflowed
    }

    private let socket: Descriptor
    private let subsystems: Set<String>?

    /// Hears of `subsystems` alone ("drm", "input"), or of all. `bytesWaiting` is what the kernel may keep for us; a message
    /// takes about one thousand of them, and a machine whose buses are scanned sends hundreds at once.
    public init(subsystems: Set<String>? = nil, bytesWaiting: Int32 = 1 << 20) throws(SystemCallError) {
        let fd = CLinux_kernel_events(bytesWaiting)
        guard fd >= 0 else { throw SystemCallError("socket(NETLINK_KOBJECT_UEVENT)", -fd) }
        socket = Descriptor(owning: fd)
        self.subsystems = subsystems
    }

    /// The number for `Poll`: readable when there is something to take.
    public var descriptor: Int32 { socket.raw }

    /// What has happened since the last call, in order; nothing yet is an empty list. After `batch` messages it returns, so
    /// that a flood cannot hold the caller: the descriptor stays readable.
    public borrowing func take() throws(SystemCallError) -> [Notice] {
        var notices: [Notice] = []
        var buffer = [UInt8](repeating: 0, count: KernelEvent.byteLimit)
        for _ in 0..<Self.batch {
            var isFromKernel: Int32 = 0
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe CLinux_kernel_event(socket.raw, bytes.baseAddress, bytes.count, &isFromKernel)
            }
            switch count {
            case -Int(EAGAIN): return notices
            case -Int(ENOBUFS): notices.append(.overflowed)
            case ..<0: throw SystemCallError("recvmsg(NETLINK_KOBJECT_UEVENT)", Int32(-count))
            case _ where isFromKernel == 0: continue  // Another process pretends; the kernel's port is 0.
            case buffer.count...: notices.append(.overflowed)  // Longer than any that the kernel makes.
            default:
                guard let event = KernelEvent(buffer[..<count]), subsystems?.contains(event.subsystem) ?? true else {
                    continue
                }
                notices.append(.event(event))
            }
        }
        return notices
    }

    /// Messages a call.
    public static let batch = 256
}
