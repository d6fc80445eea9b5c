internal import CLibav
internal import Pictures

/// Which buffers may be decoded into. A class because libavcodec keeps a pointer to it, in the context and in each buffer
/// reference that it holds.
@safe final class FramePool {
    let layout: PlanarLayout
    let base: UnsafeMutableRawPointer
    /// Bytes from one buffer to the next.
    let stride: Int
    /// The codec refers to the buffer, for prediction.
    private var isReferred: [Bool]
    /// The caller looks at the buffer.
    private var isLent: [Bool]
    /// A picture was asked for that did not fit, or no buffer was free.
    var hasFailed = false

    init(base: UnsafeMutableRawPointer, stride: Int, count: Int, layout: PlanarLayout) {
        unsafe self.base = base
        self.stride = stride
        self.layout = layout
        isReferred = [Bool](repeating: false, count: count)
        isLent = [Bool](repeating: false, count: count)
    }

    /// The lowest free buffer, so that memory that is never needed is never touched.
    var free: Int? { isReferred.indices.first { !isReferred[$0] && !isLent[$0] } }

    func lend(_ index: Int) { isLent[index] = true }

    /// False when the buffer was not lent.
    func takeBack(_ index: Int) -> Bool {
        guard isLent.indices.contains(index), isLent[index] else { return false }
        isLent[index] = false
        return true
    }

    func index(of pointer: UnsafeMutablePointer<UInt8>) -> Int {
        (unsafe UnsafeRawPointer(pointer) - UnsafeRawPointer(base)) / stride
    }

    fileprivate func release(_ pointer: UnsafeMutablePointer<UInt8>) {
        isReferred[unsafe index(of: pointer)] = false
    }

    /// Gives `frame` a free buffer. Returns 0 or an AVERROR.
    fileprivate func fill(_ frame: UnsafeMutablePointer<AVFrame>, for context: UnsafeMutablePointer<AVCodecContext>)
        -> Int32
    {
        guard let index = free, unsafe fits(frame, context) else {
            hasFailed = true
            return CLibav_invalid
        }
        let start = unsafe base.advanced(by: index * stride).assumingMemoryBound(to: UInt8.self)
        // SAFETY: the pool outlives the context (H264Codec frees the context first), so it outlives the reference.
        let reference = unsafe av_buffer_create(
            start, layout.byteCount,
            { opaque, data in
                guard let opaque = unsafe opaque, let data = unsafe data else { return }
                unsafe Unmanaged<FramePool>.fromOpaque(opaque).takeUnretainedValue().release(data)
            }, Unmanaged.passUnretained(self).toOpaque(), 0)
        guard let reference = unsafe reference else { return CLibav_noMemory }
        isReferred[index] = true
        unsafe frame.pointee.buf.0 = reference
        unsafe frame.pointee.data = (
            start, start + layout.uOffset, start + layout.vOffset, nil, nil, nil, nil, nil
        )
        let chroma = Int32(layout.chromaStride)
        unsafe frame.pointee.linesize = (Int32(layout.lumaStride), chroma, chroma, 0, 0, 0, 0, 0)
        // SAFETY: FFmpeg's rule for frames of up to eight planes: extended_data points at data itself.
        unsafe frame.pointee.extended_data = UnsafeMutableRawPointer(frame).advanced(
            by: MemoryLayout<AVFrame>.offset(of: \.data)!
        ).assumingMemoryBound(to: UnsafeMutablePointer<UInt8>?.self)
        return 0
    }

    /// The same planes under two names: the second says that the stream calls its range full.
    private static let formats = [AV_PIX_FMT_YUV420P.rawValue, AV_PIX_FMT_YUVJ420P.rawValue]

    private func fits(
        _ frame: UnsafeMutablePointer<AVFrame>, _ context: UnsafeMutablePointer<AVCodecContext>
    ) -> Bool {
        var width = unsafe frame.pointee.width
        var height = unsafe frame.pointee.height
        guard unsafe Self.formats.contains(frame.pointee.format), width <= layout.coded.width,
            height <= layout.coded.height
        else { return false }
        var alignments: (Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32) = (1, 1, 1, 1, 1, 1, 1, 1)
        return unsafe withUnsafeMutablePointer(to: &alignments) { pointer in
            // SAFETY: a tuple of eight is laid out as the array of eight (AV_NUM_DATA_POINTERS) that the call fills.
            let list = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Int32.self)
            unsafe avcodec_align_dimensions2(context, &width, &height, list)
            return unsafe layout.lumaStride % Int(list[0]) == 0 && layout.chromaStride % Int(list[1]) == 0
                && layout.chromaStride % Int(list[2]) == 0
        }
    }
}

/// libavcodec's get_buffer2.
func CodecGetBuffer(
    _ context: UnsafeMutablePointer<AVCodecContext>?, _ frame: UnsafeMutablePointer<AVFrame>?, _ flags: Int32
) -> Int32 {
    guard let context = unsafe context, let frame = unsafe frame, let opaque = unsafe context.pointee.opaque else {
        return CLibav_invalid
    }
    // SAFETY: H264Codec.attach put an unretained FramePool there and keeps it alive.
    return unsafe Unmanaged<FramePool>.fromOpaque(opaque).takeUnretainedValue().fill(frame, for: context)
}
