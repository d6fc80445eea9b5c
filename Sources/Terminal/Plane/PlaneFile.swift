internal import LinuxBase
public import Measurements
public import Pictures
internal import Synchronization

/// The reading side of a plane in a file, for tests and tools.
@safe public struct PlaneFile: ~Copyable {
    public let size: PixelSize
    private let memory: SharedMemory
    private let header: PlaneHeader

    /// Throws `.system` with ENOENT while nobody has made the plane, and `.notPlane` while it is being made.
    public init(_ path: String) throws(PlaneError) {
        let memory: SharedMemory
        do throws(SystemCallError) {
            let file = try Files.open(path, flags: 0)  // O_RDONLY
            let count = try Files.length(file)
            guard count >= PlaneHeader.byteCount else { throw SystemCallError(Self.short, 0) }
            memory = try SharedMemory(mapping: file, count: count, writable: false)
        } catch {
            throw error.call == Self.short ? .notPlane(path: path) : .system(error)
        }
        // SAFETY: mapped for `count` bytes for as long as this value lives; the header is only read.
        guard let header = unsafe PlaneHeader(reading: memory.base, count: memory.count) else {
            throw .notPlane(path: path)
        }
        size = header.size
        self.header = header
        self.memory = memory
    }

    private static let short = "plane header"

    /// How many commits there have been.
    public var sequence: UInt64 { header.sequence.loadAcquiring() }

    /// When the last of them was.
    public var committed: MonotonicTime {
        _ = header.sequence.loadAcquiring()
        return MonotonicTime(nanoseconds: header.committed.loadRelaxed())
    }

    /// The picture of the last commit. While the writer is drawing, waits for its commit, for at most `patience`; then
    /// it is what is there, torn perhaps.
    public borrowing func picture(patience: Duration = .milliseconds(100)) -> Picture {
        let deadline = Clock.now() + patience
        while true {
            let before = header.sequence.loadAcquiring()
            let isSettled = header.begun.loadRelaxed() == before
            if isSettled || Clock.now() >= deadline {
                let picture = header.picture()
                // What was read above must not be read after this.
                atomicMemoryFence(ordering: .acquiring)
                if header.begun.loadRelaxed() == before || Clock.now() >= deadline { return picture }
            } else {
                Clock.sleep(.microseconds(50))
            }
        }
    }

    /// One pixel as it is at this moment.
    public borrowing func pixel(_ x: Int, _ y: Int) -> Colour {
        precondition((0..<size.width).contains(x) && (0..<size.height).contains(y), "a pixel of the plane")
        // SAFETY: inside the mapping, by the line above.
        return Colour(
            argb: unsafe header.pixels.load(fromByteOffset: y * header.stride + x * 4, as: UInt32.self) | 0xFF00_0000)
    }

    /// Waits until the sequence is above `last`, looking every `interval`. False when `timeout` passes first.
    public borrowing func wait(
        after last: UInt64, timeout: Duration, interval: Duration = .microseconds(50)
    ) -> Bool {
        let deadline = Clock.now() + timeout
        while sequence <= last {
            guard Clock.now() < deadline else { return false }
            Clock.sleep(interval)
        }
        return true
    }

    /// Writes the picture of the last commit, replacing the file.
    public borrowing func writePNG(_ path: String) throws(PlaneError) { try write(picture(), png: path) }
}
