internal import CLibav
public import Pictures

/// Where a picture lies, and how its numbers stand for colours.
public struct DecodedPicture: Equatable, Sendable {
    public let buffer: Int
    public let colour: ColourDescription
}

/// An H.264 decoder without delay: each access unit gives its picture at once, in one of the caller's buffers, or an
/// error. Never a picture that libavcodec knows to be partly invented. (In CABAC every bit decodes to something, and
/// libavcodec does not look whether a slice ends where its bytes do: of slices cut short by a few bytes, some pass with
/// their last macroblocks wrong. CAVLC, which our own encoder makes, has no such gap.)
@safe public struct H264Codec: ~Copyable {
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var packet: UnsafeMutablePointer<AVPacket>?
    private var frame: UnsafeMutablePointer<AVFrame>?
    private var pool: FramePool?
    private var gate: StreamGate?
    /// Counts access units: what comes out must be what went in last.
    private var count: Int64 = 0

    /// Buffers that libavcodec may refer to at a time: the reference pictures, the one being decoded, and the last one,
    /// which it keeps for concealment. The caller adds those that it wants to look at.
    public static let buffersInside = StreamTerms.references + 2

    /// Opens the decoder; everything that needs files or much time happens here.
    public init() throws(CodecError) {
        CLibav_silence()
        unsafe packet = av_packet_alloc()
        unsafe frame = av_frame_alloc()
        unsafe context = try Self.open()
        guard unsafe packet != nil, unsafe frame != nil else { throw .outOfMemory }
    }

    private static func open() throws(CodecError) -> UnsafeMutablePointer<AVCodecContext> {
        guard let codec = unsafe avcodec_find_decoder(AV_CODEC_ID_H264) else { throw .unavailable }
        var context = unsafe avcodec_alloc_context3(codec)
        guard let opened = unsafe context else { throw .outOfMemory }
        unsafe opened.pointee.flags |= CLibav_lowDelay
        unsafe opened.pointee.thread_count = 1
        unsafe opened.pointee.err_recognition = CLibav_errorRecognition
        unsafe opened.pointee.get_buffer2 = CodecGetBuffer
        let code = unsafe avcodec_open2(opened, codec, nil)
        guard code == 0 else {
            unsafe avcodec_free_context(&context)
            throw .open(code: code)
        }
        return unsafe opened
    }

    deinit {
        var (context, packet, frame) = unsafe (context, packet, frame)
        unsafe av_frame_free(&frame)
        unsafe av_packet_free(&packet)
        // Gives back the buffers, so the pool must still be there; it goes after this body.
        unsafe avcodec_free_context(&context)
    }

    /// Names the stream and the `count` buffers, `stride` bytes apart from `base`, each of `layout.byteCount` bytes.
    /// Once, before the first access unit; the memory must stay valid for as long as the codec.
    @unsafe public mutating func attach(
        base: UnsafeMutableRawPointer, stride: Int, count: Int, layout: PlanarLayout, terms: StreamTerms
    ) {
        precondition(pool == nil, "a codec gets its buffers once")
        precondition(count > Self.buffersInside && stride >= layout.byteCount, "buffers enough, and large enough")
        let pool = unsafe FramePool(base: base, stride: stride, count: count, layout: layout)
        self.pool = pool
        gate = StreamGate(terms: terms)
        connect(pool)
    }

    private func connect(_ pool: FramePool) {
        unsafe context?.pointee.opaque = Unmanaged.passUnretained(pool).toOpaque()
        // Counted with the padding of the rows.
        unsafe context?.pointee.max_pixels = Int64(pool.layout.lumaStride * pool.layout.coded.height)
    }

    /// A fresh codec in place of one that has seen an error: libavcodec keeps pieces of the broken macroblock through
    /// avcodec_flush_buffers, and would add them to the next keyframe without a word (seen with 5.1). Opening one takes no
    /// files; should it fail, `decode` says so until it works.
    private mutating func replace(_ pool: FramePool) throws(CodecError) {
        unsafe avcodec_free_context(&context)
        unsafe context = try Self.open()
        connect(pool)
    }

    /// True when the next access unit has a buffer to go to.
    public var hasFreeBuffer: Bool { pool?.free != nil }

    /// Decodes one access unit and lends the buffer that its picture is in; the codec may read it, and writes to it only
    /// after `giveBack` and when no picture refers to it. After an error only a keyframe is accepted.
    public mutating func decode(_ unit: ArraySlice<UInt8>) throws(CodecError) -> DecodedPicture {
        guard let pool, gate != nil else { preconditionFailure("attach comes before decode") }
        guard pool.free != nil else { throw .noBuffer }
        if unsafe context == nil { try replace(pool) }
        let admitted: StreamGate.Admitted
        do throws(GateError) { admitted = try gate!.admit(unit) } catch {
            // The codec has not seen the unit; what follows is a keyframe.
            unsafe avcodec_flush_buffers(context)
            throw .refused(error)
        }
        do throws(CodecError) {
            return DecodedPicture(buffer: try run(unit, pool), colour: admitted.colour)
        } catch {
            gate!.reset()
            try replace(pool)
            throw error
        }
    }

    /// The caller no longer looks at the buffer. False when it was not lent.
    public mutating func giveBack(_ buffer: Int) -> Bool { pool?.takeBack(buffer) ?? false }

    private mutating func run(_ unit: ArraySlice<UInt8>, _ pool: FramePool) throws(CodecError) -> Int {
        pool.hasFailed = false
        guard unsafe av_new_packet(packet, Int32(unit.count)) == 0, let target = unsafe packet!.pointee.data else {
            throw .outOfMemory
        }
        defer { unsafe av_packet_unref(packet) }
        // SAFETY: the packet was just made with this many bytes, and padding after them.
        unsafe unit.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawPointer(target).copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
        }
        count += 1
        unsafe packet!.pointee.pts = count
        let sent = unsafe avcodec_send_packet(context, packet)
        let received = sent == 0 ? unsafe avcodec_receive_frame(context, frame) : sent
        defer { unsafe av_frame_unref(frame) }
        guard received == 0, let frame = unsafe frame else {
            if pool.hasFailed { throw .noBuffer }
            if received == CLibav_again { throw .noPicture }
            throw .damaged(code: received)
        }
        guard unsafe frame.pointee.decode_error_flags == 0, unsafe frame.pointee.flags & CLibav_frameCorrupt == 0
        else { throw .concealed }
        guard unsafe Int(frame.pointee.width) == pool.layout.size.width,
            unsafe Int(frame.pointee.height) == pool.layout.size.height,
            unsafe frame.pointee.pts == count, let start = unsafe frame.pointee.data.0
        else { throw .noPicture }
        let index = unsafe pool.index(of: start)
        pool.lend(index)
        return index
    }
}
