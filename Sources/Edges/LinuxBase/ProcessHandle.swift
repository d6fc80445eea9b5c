internal import CLinux
internal import Glibc

/// A process that is not our child, by pidfd: its number cannot come to mean another one.
public struct ProcessHandle: ~Copyable, Sendable {
    public let process: Int32
    /// Readable when the process has ended.
    public let ended: Descriptor

    public init(_ process: Int32) throws(SystemCallError) {
        let fd = CLinux_pidfd_open(process)
        guard fd >= 0 else { throw SystemCallError("pidfd_open", -fd) }
        self.process = process
        ended = Descriptor(owning: fd)
    }

    /// One that has ended already is fine.
    public borrowing func kill() { _ = CLinux_pidfd_signal(ended.raw, SIGKILL) }
}
