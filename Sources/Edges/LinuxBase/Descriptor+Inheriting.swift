internal import Glibc

extension Descriptor {
    /// Gives the number away to the program that will replace this one: exec(2) leaves it open.
    public consuming func takeForExec() throws(SystemCallError) -> Int32 {
        guard fcntl(raw, F_SETFD, 0) == 0 else { throw .last("fcntl(F_SETFD)") }
        return take()
    }

    /// A descriptor from which `bytes` can be read, followed by the end. At most 64 KiB, which a socket holds at once.
    public static func holding(_ bytes: [UInt8]) throws(SystemCallError) -> Descriptor {
        guard bytes.count <= 64 << 10 else { throw SystemCallError("write", EMSGSIZE) }
        let pair = try UnixSocket.pair()
        try pair.first.writeAll(bytes)
        return pair.split { _, reader in reader }
    }
}
