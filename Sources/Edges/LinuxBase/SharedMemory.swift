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
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0 else { throw .last("fstat") }
        guard status.st_size >= count, count > 0 else { throw SystemCallError("mmap", EINVAL) }
        let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
        let address = unsafe mmap(nil, count, protection, MAP_SHARED, descriptor.raw, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .last("mmap") }
        self.descriptor = descriptor
        self.count = count
        unsafe base = address
    }

    deinit { unsafe munmap(base, count) }
}
