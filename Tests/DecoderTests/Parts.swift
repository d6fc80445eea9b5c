import AVC
import Decoder
import Encode
import Glibc
import LinuxBase
import Measurements
import Pictures
import Scaling
import Testing

let screen = PixelSize(width: 800, height: 448)

/// The decoder program, built beside the tests.
func decoderProgram() throws -> String {
    let path = Files.parent(of: try #require(Process.executablePath())) + "/vitrine-decoder"
    try #require(Files.exists(path), "the tests need \(path): swift build makes it")
    return path
}

func encoder(_ size: PixelSize = screen, layers: Int = 1, content: AVCEncoder.Content = .screen) throws
    -> PictureEncoder
{
    try PictureEncoder(size: size, temporalLayers: layers, content: content)
}

extension PictureEncoder {
    mutating func encode(_ picture: Picture, damage: Rectangle? = nil, keyframe: Bool = false) throws
        -> EncodedPicture?
    {
        // A copy, not a closure over the array: Swift 6.3 crashes on a closure that holds a noncopyable self.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: picture.pixels.count * 4, alignment: 64)
        defer { unsafe copy.deallocate() }
        unsafe picture.pixels.withUnsafeBytes { unsafe copy.copyMemory(from: $0) }
        return try unsafe encode(
            pixels: copy.baseAddress!, stride: picture.size.width * 4, damage: damage ?? picture.size.bounds,
            forceKeyframe: keyframe)
    }
}

/// Everything the decoder says until it has answered `answers` times or ended.
func events(_ link: inout DecoderLink, answers: Int, timeout: Duration = .seconds(10)) throws -> [DecoderEvent] {
    var result: [DecoderEvent] = []
    let deadline = Clock.now() + timeout
    while result.count < answers {
        if case .ended = result.last { return result }
        let left = deadline - Clock.now()
        guard left > .zero else { return result }
        _ = try Poll.wait(for: link.descriptor, events: .readable, timeout: left)
        result += try link.receive()
    }
    return result
}

/// The one answer to one access unit.
func decode(_ bytes: [UInt8], _ sequence: UInt64, _ link: inout DecoderLink) throws -> DecoderEvent {
    try link.submit(bytes[...], sequence: sequence)
    return try #require(try events(&link, answers: 1).first, "the decoder did not answer")
}

extension DecoderEvent {
    var frame: DecodedFrame? { if case .frame(let frame) = self { frame } else { nil } }
    var refusal: DecoderRefusal? { if case .refused(_, let reason) = self { reason } else { nil } }
    var end: LinuxBase.ExitStatus? { if case .ended(let status) = self { status } else { nil } }
}

/// The visible luma samples, row by row.
func luma(_ planes: PlanarView) -> [UInt8] {
    var result: [UInt8] = []
    let layout = planes.layout
    for row in 0..<layout.size.height {
        unsafe result.append(
            contentsOf: UnsafeRawBufferPointer(
                start: planes.base + row * layout.lumaStride, count: layout.size.width))
    }
    return result
}

/// The luma samples that a picture has before it is encoded.
func luma(_ picture: Picture) -> [UInt8] {
    let layout = PlanarLayout(size: picture.size)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: layout.byteCount, alignment: 64)
    defer { unsafe memory.deallocate() }
    let planes = unsafe PlanarView(base: memory, layout: layout)
    unsafe picture.pixels.withUnsafeBytes { bytes in
        unsafe Scaling.pixelsToPlanar(
            bytes.baseAddress!, stride: picture.size.width * 4, area: picture.size.bounds, into: planes)
    }
    return luma(planes)
}

/// Peak signal to noise ratio in dB inside `area` of a picture of `width`.
func signalToNoise(_ a: [UInt8], _ b: [UInt8], width: Int, area: Rectangle) -> Double {
    var sum = 0
    for y in area.y..<area.maxY {
        for x in area.x..<area.maxX {
            let difference = Int(a[y * width + x]) - Int(b[y * width + x])
            sum += difference * difference
        }
    }
    guard sum > 0 else { return .infinity }
    return 10 * log10(255 * 255 * Double(area.size.area) / Double(sum))
}
