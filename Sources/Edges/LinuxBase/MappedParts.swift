internal import CLinux
internal import Glibc

/// Pieces of memory from several descriptors, mapped behind one another as if they were one: part n begins at byte
/// n × `partBytes`.
@safe public struct MappedParts: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable; what happens to the bytes between processes is the protocol's business.
    public let parts: [SharedDescriptor]
    public let partBytes: Int
    /// Valid for `parts.count * partBytes` bytes for as long as this value lives.
    public let base: UnsafeMutableRawPointer

    /// Maps the first `partBytes` of each, whole memory pages, for reading and writing; throws when one is shorter (a
    /// later access would raise SIGBUS otherwise).
    public init(_ parts: [SharedDescriptor], partBytes: Int) throws(SystemCallError) {
        precondition(!parts.isEmpty && partBytes > 0 && partBytes.isMultiple(of: 4096), "parts are whole pages")
        let count = parts.count * partBytes
        let room = unsafe mmap(nil, count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        guard let base = unsafe room, unsafe base != MAP_FAILED else { throw .last("mmap") }
        do throws(SystemCallError) {
            for (index, part) in parts.enumerated() {
                guard try SharedMemory.size(of: part.raw) >= partBytes else { throw SystemCallError("mmap", EINVAL) }
                // SAFETY: the place lies in the room that was reserved above and that nobody else knows.
                let place = unsafe mmap(
                    base + index * partBytes, partBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, part.raw, 0)
                guard unsafe place != MAP_FAILED else { throw .last("mmap") }
            }
        } catch {
            unsafe munmap(base, count)
            throw error
        }
        self.parts = parts
        self.partBytes = partBytes
        unsafe self.base = base
    }

    /// Fresh memory: `count` parts that can neither shrink nor grow.
    public init(name: String, count: Int, partBytes: Int) throws(SystemCallError) {
        var parts: [SharedDescriptor] = []
        for _ in 0..<count {
            let fd = unsafe CLinux_memfd(name, 1, partBytes)
            guard fd >= 0 else { throw SystemCallError("memfd_create", -fd) }
            parts.append(SharedDescriptor(Descriptor(owning: fd)))
        }
        try self.init(parts, partBytes: partBytes)
    }

    deinit { unsafe munmap(base, parts.count * partBytes) }
}
