internal import CLinux
internal import Glibc

/// A piece of memory that two processes can map: a sealed memfd of fixed size and this process's mapping of it.
@safe public struct SharedMemory: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable; what happens to the bytes between processes is the protocol's business.
    public let descriptor: Descriptor
    public let count: Int
    /// Valid for `count` bytes for as long as this value lives.
    public let base: UnsafeMutableRawPointer

    /// Makes `count` zero bytes that can neither shrink nor grow.
    public init(name: String, count: Int) throws(SystemCallError) {
        let fd = unsafe CLinux_memfd(name, 1, count)
        guard fd >= 0 else { throw SystemCallError("memfd_create", -fd) }
        try self.init(mapping: Descriptor(owning: fd), count: count, writable: true)
    }

    /// Maps `count` bytes of a descriptor that came from elsewhere; throws when it is shorter (a later access would
    /// raise SIGBUS otherwise).
    public init(mapping descriptor: consuming Descriptor, count: Int, writable: Bool) throws(SystemCallError) {
        guard try Self.size(of: descriptor.raw) >= count, count > 0 else { throw SystemCallError("mmap", EINVAL) }
        let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
        let address = unsafe mmap(nil, count, protection, MAP_SHARED, descriptor.raw, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .last("mmap") }
        self.descriptor = descriptor
        self.count = count
        unsafe base = address
    }

    /// A DMA-BUF says its size to fstat(2) since Linux 5.3 and to lseek(2) always; it has no position that could be lost.
    static func size(of descriptor: Int32) throws(SystemCallError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last("fstat") }
        guard status.st_size == 0 else { return status.st_size }
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw .last("lseek") }
        return end
    }

    deinit { unsafe munmap(base, count) }
}
