// Plane: where pictures become visible. This one is memory, which files, pictures and VNC viewers can be made of; the
// display's own plane stands behind the same calls. Owns the pixels. Never parses anything. Terminal's main thread.

internal import LinuxBase
public import Measurements
internal import PNG
public import Pictures
internal import Scaling
internal import Synchronization

/// A plane in shared memory: draw with `show`, make visible with `commit`. One writer.
@safe public struct MemoryPlane: ~Copyable {
    public let size: PixelSize
    private let memory: SharedMemory
    private let header: PlaneHeader
    /// What has been drawn since the last commit.
    public private(set) var damage: Rectangle = .empty

    /// With `file` the plane is that file, mapped: others may watch it as `PlaneFile`. A plane of the same size that is
    /// there already is gone on with. Without it, the memory has no name.
    public init(size: PixelSize, file: String? = nil) throws(PlaneError) {
        guard (1...PlaneHeader.side).contains(size.width), (1...PlaneHeader.side).contains(size.height) else {
            throw .size(size)
        }
        let count = PlaneHeader.fileBytes(size)
        let memory: SharedMemory
        do throws(SystemCallError) {
            if let file {
                memory = try SharedMemory(
                    mapping: try Files.openSized(file, count: count), count: count, writable: true)
            } else {
                memory = try SharedMemory(name: "plane", count: count)
            }
        } catch {
            throw .system(error)
        }
        self.size = size
        // SAFETY: the memory is mapped for `count` bytes and lives as long as this value.
        header = unsafe PlaneHeader(making: memory.base, size: size)
        self.memory = memory
    }

    /// How many commits there have been, those of an earlier writer of the same file included.
    public var sequence: UInt64 { header.sequence.loadRelaxed() }
    public var committed: MonotonicTime { MonotonicTime(nanoseconds: header.committed.loadRelaxed()) }

    /// Draws a picture of the trusted environment with its top left corner at (x, y); what falls outside is cut.
    public mutating func show(_ picture: Picture, x: Int, y: Int) {
        let area = picture.size.bounds.offset(x: x, y: y).intersection(size.bounds)
        guard !area.isEmpty else { return }
        begin(area)
        let width = picture.size.width
        unsafe picture.pixels.withUnsafeBytes { source in
            for row in area.y..<area.maxY {
                let from = ((row - y) * width + area.x - x) * 4
                // SAFETY: the area lies inside the picture and inside the plane.
                unsafe header.pixels.advanced(by: row * header.stride + area.x * 4).copyMemory(
                    from: source.baseAddress! + from, byteCount: area.width * 4)
            }
        }
    }

    /// Draws the damaged part of a decoded picture whose top left corner is at (x, y), both at least 0; what falls
    /// outside the plane is cut. `damage` is in the picture's own pixels.
    public mutating func show(
        _ frame: PlanarView, damage: Rectangle, x: Int, y: Int, colour: ColourDescription = .unspecified
    ) {
        precondition(x >= 0 && y >= 0, "a stream begins on the plane")
        let room = Rectangle(x: 0, y: 0, width: size.width - x, height: size.height - y)
        let area = damage.alignedToChroma(within: frame.layout.size.bounds).intersection(room)
        guard !area.isEmpty else { return }
        begin(area.offset(x: x, y: y))
        let target = unsafe header.pixels + (y + area.y) * header.stride + (x + area.x) * 4
        // SAFETY: the area was cut to the frame and to the plane.
        unsafe Scaling.planarToPixels(frame, area: area, into: target, stride: header.stride, colour: colour)
    }

    /// Makes what was drawn visible to readers, and stores the time. Without damage the sequence goes on all the same: a commit
    /// is an event.
    @discardableResult
    public mutating func commit() -> UInt64 {
        let now = Clock.now()
        let next = header.sequence.loadRelaxed() &+ 1
        header.begun.storeRelaxed(next)
        header.committed.storeRelaxed(now.nanoseconds)
        header.sequence.storeReleasing(next)
        damage = .empty
        return next
    }

    public borrowing func picture() -> Picture { header.picture() }

    /// Writes what the plane holds now, committed or not, replacing the file.
    public borrowing func writePNG(_ path: String) throws(PlaneError) {
        try write(picture(), png: path)
    }

    /// Lends the pixels, from the first of row 0, and the bytes from one row to the next; for whoever serves them.
    borrowing func withPixels<E: Error>(_ body: (UnsafeRawPointer, Int) throws(E) -> Void) throws(E) {
        // SAFETY: the mapping outlives the call.
        try unsafe body(UnsafeRawPointer(header.pixels), header.stride)
    }

    private mutating func begin(_ area: Rectangle) {
        if damage.isEmpty {
            header.begun.storeRelaxed(header.sequence.loadRelaxed() &+ 1)
            // The store above must be seen before any pixel below changes.
            atomicMemoryFence(ordering: .releasing)
        }
        damage = damage.union(area)
    }
}

extension PlaneHeader {
    /// A copy of the pixels as they are; opaque.
    func picture() -> Picture {
        var pixels: [UInt32] = []
        pixels.reserveCapacity(size.area)
        for row in 0..<size.height {
            // SAFETY: the rows lie inside the mapping that the header was made on.
            let start = unsafe self.pixels.advanced(by: row * stride).assumingMemoryBound(to: UInt32.self)
            unsafe pixels.append(contentsOf: UnsafeBufferPointer(start: start, count: size.width))
        }
        return Picture(size: size, pixels: pixels)
    }
}

func write(_ picture: Picture, png path: String) throws(PlaneError) {
    let bytes: [UInt8]
    do throws(PNGError) { bytes = try picture.png() } catch { throw .png(error) }
    do throws(SystemCallError) { try Files.replace(path, with: bytes, mode: 0o644) } catch { throw .system(error) }
}
