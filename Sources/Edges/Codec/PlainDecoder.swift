internal import CLibav

/// libavcodec as it comes, with nothing of ours around it: no gate, its own buffers, its own notion of delay. The yardstick
/// that tests hold `H264Codec` to; nothing else uses it, and nothing outside this package can.
@safe package struct PlainDecoder: ~Copyable {
    private var context: UnsafeMutablePointer<AVCodecContext>?
    private var pictures: [[UInt8]] = []

    package init() throws(CodecError) {
        CLibav_silence()
        guard let codec = unsafe avcodec_find_decoder(AV_CODEC_ID_H264) else { throw .unavailable }
        unsafe context = avcodec_alloc_context3(codec)
        guard let context = unsafe context else { throw .outOfMemory }
        unsafe context.pointee.thread_count = 1
        let code = unsafe avcodec_open2(context, codec, nil)
        guard code == 0 else { throw .open(code: code) }
    }

    deinit {
        var context = unsafe context
        unsafe avcodec_free_context(&context)
    }

    /// Decodes access units to the end. Each picture is what is seen of its Y, U and V planes, row behind row; they come in
    /// the order in which they are shown.
    package consuming func decode(_ units: [[UInt8]]) throws(CodecError) -> [[UInt8]] {
        for unit in units { try send(unit) }
        let code = unsafe avcodec_send_packet(context, nil)
        guard code == 0 else { throw .damaged(code: code) }
        try receive()
        return pictures
    }

    private mutating func send(_ unit: [UInt8]) throws(CodecError) {
        var packet = unsafe av_packet_alloc()
        defer { unsafe av_packet_free(&packet) }
        guard let packet = unsafe packet, unsafe av_new_packet(packet, Int32(unit.count)) == 0 else {
            throw .outOfMemory
        }
        // SAFETY: the packet was just made with this many bytes.
        unsafe unit.withUnsafeBytes {
            unsafe UnsafeMutableRawPointer(packet.pointee.data).copyMemory(from: $0.baseAddress!, byteCount: $0.count)
        }
        let code = unsafe avcodec_send_packet(context, packet)
        guard code == 0 else { throw .damaged(code: code) }
        try receive()
    }

    private mutating func receive() throws(CodecError) {
        var frame = unsafe av_frame_alloc()
        defer { unsafe av_frame_free(&frame) }
        guard let frame = unsafe frame else { throw .outOfMemory }
        while unsafe avcodec_receive_frame(context, frame) == 0 {
            let formats = [AV_PIX_FMT_YUV420P.rawValue, AV_PIX_FMT_YUVJ420P.rawValue]
            guard unsafe formats.contains(frame.pointee.format) else { throw .noPicture }
            let (width, height) = unsafe (Int(frame.pointee.width), Int(frame.pointee.height))
            var picture: [UInt8] = []
            func append(_ start: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ columns: Int, _ rows: Int) {
                for row in 0..<rows {
                    // SAFETY: libavcodec's planes have this many rows, `stride` bytes apart, of at least this many bytes.
                    unsafe picture.append(
                        contentsOf: UnsafeBufferPointer(start: start! + row * Int(stride), count: columns))
                }
            }
            let (data, stride) = unsafe (frame.pointee.data, frame.pointee.linesize)
            unsafe append(data.0, stride.0, width, height)
            unsafe append(data.1, stride.1, (width + 1) / 2, (height + 1) / 2)
            unsafe append(data.2, stride.2, (width + 1) / 2, (height + 1) / 2)
            pictures.append(picture)
        }
    }
}
