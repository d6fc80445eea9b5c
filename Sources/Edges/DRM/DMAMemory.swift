internal import CLibdrm
internal import Glibc
public import LinuxBase

/// Memory that a program and a display's hardware can both reach.
public struct DMABuffer: ~Copyable, Sendable {
    public let descriptor: Descriptor
    /// Bytes: what was asked for, in whole pages.
    public let count: Int
    /// Where it came from: "/dev/dma_heap/system", "/dev/udmabuf".
    public let source: String

    public consuming func takeDescriptor() -> Descriptor { descriptor }
}

/// Cached memory as DMA-BUFs. Whether a display can import it, only importing tells: without an IOMMU it needs memory in
/// one piece, which the heaps made for that have and the first one has not.
public enum DMAMemory {
    static let heaps = "/dev/dma_heap"
    static let udmabuf = "/dev/udmabuf"

    /// The sources of this machine in the order in which they are worth trying: the system's heap, whose pages can be
    /// anywhere; heaps of memory in one piece by the names that kernels have given them; any other heap but those of
    /// memory that the processor does not cache or must not see; pages of this process.
    public static func sources() -> [String] {
        // No folder: a kernel without heaps.
        order(heaps: (try? Files.names(in: heaps)) ?? [], hasUdmabuf: Files.exists(udmabuf))
    }

    package static func order(heaps names: [String], hasUdmabuf: Bool) -> [String] {
        let known = ["system", "default_cma_region", "linux,cma", "reserved"]
        let first = known.filter { names.contains($0) }
        let others = names.sorted().filter { name in
            !known.contains(name) && !["uncached", "secure", "protected", "restricted"].contains(where: name.contains)
        }
        return (first + others).map { "\(heaps)/\($0)" } + (hasUdmabuf ? [udmabuf] : [])
    }

    /// At least `count` bytes, zero, from the first source that has them. `name` is seen in the kernel's list of buffers
    /// (at most 31 bytes of it). Throws `.noMemory` with each source's reason.
    public static func allocate(name: String, count: Int) throws(DRMError) -> DMABuffer {
        var reasons: [String] = []
        for source in sources() {
            do throws(DRMError) {
                return try allocate(name: name, count: count, from: source)
            } catch {
                reasons.append("\(source): \(error)")
            }
        }
        throw .noMemory(reasons.isEmpty ? "neither \(heaps)/* nor \(udmabuf)" : reasons.joined(separator: "; "))
    }

    /// The same from one of `sources`.
    public static func allocate(name: String, count: Int, from source: String) throws(DRMError) -> DMABuffer {
        guard count > 0, count <= Int(Int32.max) else { throw .system(SystemCallError(source, EINVAL)) }
        let page = Int(getpagesize())
        let whole = (count + page - 1) / page * page
        let descriptor =
            source == udmabuf ? try pinned(name: name, count: whole) : try heap(source, count: whole)
        var label = Array(name.utf8.prefix(Int(DMA_BUF_NAME_LEN) - 1)) + [0]
        // A name is for people who look; kernels before 5.3 have none.
        _ = unsafe drmIoctl(descriptor.raw, CLibdrm_dmaBufferName, &label)
        return DMABuffer(descriptor: descriptor, count: whole, source: source)
    }

    /// Before the processor touches a mapping of the memory: waits for the hardware and makes its writes visible.
    public static func beginAccess(_ descriptor: Int32, writing: Bool) throws(DRMError) {
        try synchronise(descriptor, (writing ? DMA_BUF_SYNC_RW : DMA_BUF_SYNC_READ) | DMA_BUF_SYNC_START)
    }

    /// After it: `writing` as at the beginning. What was written is then visible to the hardware.
    public static func endAccess(_ descriptor: Int32, writing: Bool) throws(DRMError) {
        try synchronise(descriptor, (writing ? DMA_BUF_SYNC_RW : DMA_BUF_SYNC_READ) | DMA_BUF_SYNC_END)
    }

    /// What the processor has just written becomes visible to the hardware. In one direction only: to begin an access for
    /// reading as well would throw away what is still in the caches.
    public static func publish(_ descriptor: Int32) throws(DRMError) {
        try synchronise(descriptor, DMA_BUF_SYNC_WRITE | DMA_BUF_SYNC_START)
        try synchronise(descriptor, DMA_BUF_SYNC_WRITE | DMA_BUF_SYNC_END)
    }

    private static func synchronise(_ descriptor: Int32, _ flags: Int32) throws(DRMError) {
        var request = dma_buf_sync(flags: UInt64(flags))
        try unsafe check(drmIoctl(descriptor, CLibdrm_dmaBufferSync, &request), "DMA_BUF_IOCTL_SYNC")
    }

    private static func heap(_ path: String, count: Int) throws(DRMError) -> Descriptor {
        let heap = try DRMError.converting { () throws(SystemCallError) in try Files.open(path, flags: O_RDONLY) }
        var request = dma_heap_allocation_data(
            len: UInt64(count), fd: 0, fd_flags: UInt32(O_RDWR | O_CLOEXEC), heap_flags: 0)
        try unsafe check(drmIoctl(heap.raw, CLibdrm_heapAllocate, &request), "DMA_HEAP_IOCTL_ALLOC")
        // SAFETY of ownership: the call succeeded, so the number is new and ours.
        return Descriptor(owning: Int32(bitPattern: request.fd))
    }

    /// Pages of a memfd that cannot shrink any more, as udmabuf demands, since it holds them for the hardware.
    private static func pinned(name: String, count: Int) throws(DRMError) -> Descriptor {
        let device = try DRMError.converting { () throws(SystemCallError) in try Files.open(udmabuf, flags: O_RDWR) }
        let memory = try DRMError.converting { () throws(SystemCallError) in
            try SharedMemory(name: name, count: count)
        }
        var request = udmabuf_create(
            memfd: UInt32(memory.descriptor.raw), flags: UInt32(UDMABUF_FLAGS_CLOEXEC), offset: 0, size: UInt64(count))
        let number = unsafe drmIoctl(device.raw, CLibdrm_udmabufCreate, &request)
        try check(number, "UDMABUF_CREATE")
        return Descriptor(owning: number)
    }
}
