// Camera: pictures from a Video4Linux capture device through mapped buffers; the only importer of CVideo4Linux. Owns
// the device's descriptor and buffers, gives luma only, keeps no picture. Blocks never: whoever owns it polls
// `descriptor`.

internal import CVideo4Linux
internal import Glibc
internal import LinuxBase
public import Pictures

/// One streaming camera. Dropping the value stops it.
public struct VideoCamera: ~Copyable {
    public let path: String
    public let layout: FrameLayout
    private let file: Descriptor
    private let buffers: [MappedBuffer]
    /// Buffers asked for: one being filled, one being read, and one for a late reader.
    private static let bufferCount: UInt32 = 3

    /// Opens `path` (`/dev/video…`) and starts it, with pictures of about `size`: the driver has the last word.
    public init(_ path: String, size: PixelSize = PixelSize(width: 1280, height: 720)) throws(CameraError) {
        let file = try Self.open(path)
        let layout = try Self.chooseLayout(file, path, size)
        let buffers = try Self.mapBuffers(file, path)
        let started = CVideo4Linux_stream(file.raw, 1)
        guard started == 0 else { throw CameraError("VIDIOC_STREAMON", started, path: path) }
        self.path = path
        self.layout = layout
        self.file = file
        self.buffers = buffers
    }

    // The buffers go with the value; closing the file, which comes last, frees them in the driver.
    deinit { _ = CVideo4Linux_stream(file.raw, 0) }

    /// Poll this for reading.
    public var descriptor: Int32 { file.raw }

    /// The newest picture, if one has come since the last call. Older ones are skipped: the newest wins.
    public mutating func next() throws(CameraError) -> LumaPicture? {
        var newest: (index: UInt32, bytes: Int)?
        while let full = try dequeue() {
            if let older = newest { try queue(older.index) }
            newest = full
        }
        guard let newest else { return nil }
        let picture = buffers[Int(newest.index)].lend(newest.bytes) { layout.picture(in: $0) }
        try queue(newest.index)
        return picture
    }

    /// The next full buffer; nil when there is none yet. Damaged ones go back unseen.
    private func dequeue() throws(CameraError) -> (index: UInt32, bytes: Int)? {
        while true {
            var index: UInt32 = 0
            var bytes: UInt32 = 0
            var isDamaged: Int32 = 0
            let code = unsafe CVideo4Linux_dequeue(file.raw, &index, &bytes, &isDamaged)
            if code == -EAGAIN { return nil }
            guard code == 0 else { throw CameraError("VIDIOC_DQBUF", code, path: path) }
            guard index < buffers.count else { throw .system(SystemCallError("VIDIOC_DQBUF(\(path))", EINVAL)) }
            guard isDamaged != 0 else { return (index, Int(bytes)) }
            try queue(index)
        }
    }

    private func queue(_ index: UInt32) throws(CameraError) {
        let code = CVideo4Linux_queue(file.raw, index)
        guard code == 0 else { throw CameraError("VIDIOC_QBUF", code, path: path) }
    }

    private static func open(_ path: String) throws(CameraError) -> Descriptor {
        let file: Descriptor
        do throws(SystemCallError) {
            file = try Files.open(path, flags: O_RDWR | O_NONBLOCK | O_CLOEXEC)
        } catch {
            throw error.code == ENODEV || error.code == ENXIO ? .gone(path: path) : .system(error)
        }
        var isCamera: Int32 = 0
        let code = unsafe CVideo4Linux_identify(file.raw, &isCamera)
        guard code == 0 else { throw CameraError("VIDIOC_QUERYCAP", code, path: path) }
        guard isCamera != 0 else { throw .notCamera(path: path) }
        return file
    }

    private static func chooseLayout(
        _ file: borrowing Descriptor, _ path: String, _ size: PixelSize
    ) throws(CameraError) -> FrameLayout {
        for format in FrameLayout.Format.allCases {
            var got = CVideo4Linux_format()
            let code = unsafe CVideo4Linux_set_format(
                file.raw, format.rawValue, UInt32(clamping: size.width), UInt32(clamping: size.height), &got)
            // A driver refuses what it cannot do, or gives what it can.
            if code == -EINVAL { continue }
            guard code == 0 else { throw CameraError("VIDIOC_S_FMT", code, path: path) }
            guard got.pixel_format == format.rawValue else { continue }
            let pixels = PixelSize(width: Int(got.width), height: Int(got.height))
            guard let layout = FrameLayout(format: format, size: pixels, stride: Int(got.bytes_per_line)) else {
                continue
            }
            return layout
        }
        throw .noFormat(path: path)
    }

    private static func mapBuffers(
        _ file: borrowing Descriptor, _ path: String
    ) throws(CameraError) -> [MappedBuffer] {
        let count = CVideo4Linux_request_buffers(file.raw, bufferCount)
        guard count > 0 else { throw CameraError("VIDIOC_REQBUFS", count, path: path) }
        var buffers: [MappedBuffer] = []
        for index in 0..<UInt32(count) {
            var offset: Int64 = 0
            var length: UInt32 = 0
            let code = unsafe CVideo4Linux_query_buffer(file.raw, index, &offset, &length)
            guard code == 0 else { throw CameraError("VIDIOC_QUERYBUF", code, path: path) }
            buffers.append(try MappedBuffer(file, offset: offset, count: Int(length)))
            let queued = CVideo4Linux_queue(file.raw, index)
            guard queued == 0 else { throw CameraError("VIDIOC_QBUF", queued, path: path) }
        }
        return buffers
    }
}

/// A driver's buffer in our memory. A class: several of them are kept in one array.
// @safe: `base` is valid for `count` bytes from init to deinit and never leaves this value.
@safe private final class MappedBuffer {
    private let base: UnsafeMutableRawPointer
    private let count: Int

    init(_ file: borrowing Descriptor, offset: Int64, count: Int) throws(CameraError) {
        let place = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, file.raw, Int(offset))
        let code = errno
        guard let place = unsafe place, unsafe place != MAP_FAILED else { throw .system(SystemCallError("mmap", code)) }
        unsafe base = place
        self.count = count
    }

    deinit { unsafe munmap(base, count) }

    /// Lends the first `used` bytes for reading.
    func lend<R>(_ used: Int, _ body: (RawSpan) -> R) -> R {
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: min(max(used, 0), count))
        return unsafe body(bytes.bytes)
    }
}
