internal import LinuxBase
internal import Pictures
internal import Synchronization

/// The first page of a plane, shared between one writer and any number of readers:
///
///     0   magic "VPLANE1\0"    8  width    12  height    16  bytes a row    (32-bit, written once)
///     64  sequence    72  time of the commit, ns    80  begun              (64-bit, atomic)
///
/// then, from byte 4096, the pixels. A seqlock: the writer sets `begun` to the next sequence before it touches a pixel,
/// and at the commit stores the time and then the sequence (release). A reader that finds `begun` equal to the sequence
/// it acquired, before and after it copied, has a whole picture.
@safe struct PlaneHeader {
    static let byteCount = 4096
    static let magic: UInt64 = 0x0031_454E_414C_5056
    static let side = 8192

    let size: PixelSize
    let stride: Int
    private let base: UnsafeMutableRawPointer

    static func stride(width: Int) -> Int { (width * 4 + 63) & ~63 }
    static func fileBytes(_ size: PixelSize) -> Int { byteCount + stride(width: size.width) * size.height }

    /// A new plane at `base`, which must be valid for `fileBytes(size)` bytes, page-aligned, for as long as this value
    /// is used.
    @unsafe init(making base: UnsafeMutableRawPointer, size: PixelSize) {
        unsafe self.base = base
        self.size = size
        stride = Self.stride(width: size.width)
        unsafe base.storeBytes(of: UInt32(size.width), toByteOffset: 8, as: UInt32.self)
        unsafe base.storeBytes(of: UInt32(size.height), toByteOffset: 12, as: UInt32.self)
        unsafe base.storeBytes(of: UInt32(stride), toByteOffset: 16, as: UInt32.self)
        // A file that was a plane before keeps its sequence: readers see time go on. A writer that died between begin
        // and commit is made good here.
        begun.storeRelaxed(sequence.loadRelaxed())
        magicNumber.storeReleasing(Self.magic)
    }

    /// A plane that somebody else made; nil when it is none. `base` must be valid for `count` bytes, at least
    /// `byteCount`.
    @unsafe init?(reading base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = base
        size = PixelSize(
            width: Int(unsafe base.load(fromByteOffset: 8, as: UInt32.self)),
            height: Int(unsafe base.load(fromByteOffset: 12, as: UInt32.self)))
        stride = Int(unsafe base.load(fromByteOffset: 16, as: UInt32.self))
        guard magicNumber.loadAcquiring() == Self.magic, (1...Self.side).contains(size.width),
            (1...Self.side).contains(size.height), stride == Self.stride(width: size.width),
            count >= Self.fileBytes(size)
        else { return nil }
    }

    // SAFETY, for all of these: inside the first page, eight bytes aligned; Atomic<UInt64> has the layout of UInt64, and
    // everybody touches these words atomically.
    private var magicNumber: Word { unsafe Word(base) }
    var sequence: Word { unsafe Word(base + 64) }
    var committed: Word { unsafe Word(base + 72) }
    var begun: Word { unsafe Word(base + 80) }

    /// Row 0 of the pixels.
    var pixels: UnsafeMutableRawPointer { unsafe base + Self.byteCount }

    /// One atomic word of the page.
    @safe struct Word {
        private let pointer: UnsafeMutablePointer<Atomic<UInt64>>
        @unsafe init(_ address: UnsafeMutableRawPointer) {
            unsafe pointer = address.assumingMemoryBound(to: Atomic<UInt64>.self)
        }
        func loadRelaxed() -> UInt64 { unsafe pointer.pointee.load(ordering: .relaxed) }
        func loadAcquiring() -> UInt64 { unsafe pointer.pointee.load(ordering: .acquiring) }
        func storeRelaxed(_ value: UInt64) { unsafe pointer.pointee.store(value, ordering: .relaxed) }
        func storeReleasing(_ value: UInt64) { unsafe pointer.pointee.store(value, ordering: .releasing) }
    }
}
