internal import CLibdrm
internal import Glibc
internal import LinuxBase
public import Pictures

/// Memory of a card that a program draws into. Unmapped and destroyed when the value ends; a framebuffer made of it keeps
/// the memory, not the mapping. It holds the card open, and with it the card's mastership.
@safe public struct DumbBuffer: ~Copyable, @unchecked Sendable {
    // Safe to send: noncopyable; who writes while the screen reads is the stage's business.
    public let handle: UInt32
    public let size: PixelSize
    /// Bytes from one row to the next, as the driver chose them.
    public let pitch: Int
    /// Bytes in all.
    public let count: Int
    /// Valid for `count` bytes for as long as this value lives. Zero at first.
    public let base: UnsafeMutableRawPointer
    private let card: Descriptor

    init(card: consuming Descriptor, size: PixelSize, bitsPerPixel: Int) throws(DRMError) {
        let call = "drmModeCreateDumbBuffer"
        let (width, height) = (try size.width.word(call), try size.height.word(call))
        var handle: UInt32 = 0
        var pitch: UInt32 = 0
        var count: UInt64 = 0
        try unsafe check(
            drmModeCreateDumbBuffer(
                card.raw, width, height, try bitsPerPixel.word(call), 0, &handle, &pitch, &count), call)
        do throws(DRMError) {
            unsafe base = try Self.map(handle, of: card.raw, count: Int(count))
        } catch {
            // What went wrong is known already.
            _ = drmModeDestroyDumbBuffer(card.raw, handle)
            throw error
        }
        self.handle = handle
        self.size = size
        self.pitch = Int(pitch)
        self.count = Int(count)
        self.card = card
    }

    private static func map(_ handle: UInt32, of card: Int32, count: Int) throws(DRMError) -> UnsafeMutableRawPointer {
        var offset: UInt64 = 0
        try unsafe check(drmModeMapDumbBuffer(card, handle, &offset), "drmModeMapDumbBuffer")
        let address = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, card, off_t(offset))
        guard let address = unsafe address, unsafe address != MAP_FAILED else { throw .last("mmap") }
        return unsafe address
    }

    deinit {
        unsafe munmap(base, count)
        // Fails only when the card is gone, and the memory with it.
        _ = drmModeDestroyDumbBuffer(card.raw, handle)
    }
}
