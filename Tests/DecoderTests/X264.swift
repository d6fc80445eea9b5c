import Glibc
import LinuxBase
import Pictures
import Testing

/// Streams made by the `x264` command, with the encoder's own reconstruction beside them: what each picture must look like,
/// from a program that shares no line with libavcodec.
struct X264 {
    let units: [[UInt8]]
    /// Y, U and V of each picture, row behind row.
    let pictures: [[UInt8]]

    static func bytes(_ size: PixelSize) -> Int { size.area + (size.width + 1) / 2 * ((size.height + 1) / 2) * 2 }

    /// Encodes `count` moving pictures of `size` with the given options on top of those that all streams share.
    init(_ options: String, _ size: PixelSize, count: Int = 12) throws {
        let program = "/usr/bin/x264"
        try #require(Files.exists(program), "the tests need \(program): make packages installs it")
        var name = Array("/tmp/vitrine-XXXXXX".utf8CString)
        let folder = try #require(unsafe mkdtemp(&name).map { unsafe String(cString: $0) })
        defer { try? Files.removeTree(folder) }  // What cannot be removed does not change the verdict.
        try Files.replace(folder + "/in.yuv", with: (0..<count).flatMap { Self.picture($0, size) })
        let words =
            "x264 --quiet --no-progress --threads 1 --demuxer raw --input-csp i420 "
            + "--input-res \(size.width)x\(size.height) --fps 25 --keyint 8 --bframes 0 \(options) "
            + "--dump-yuv \(folder)/out.yuv --output \(folder)/out.264 \(folder)/in.yuv"
        let nothing = try Files.open("/dev/null", flags: O_RDWR)
        var process = try ChildProcess(
            program, arguments: words.split(separator: " ").map(String.init),
            descriptors: [(from: nothing.raw, to: 0), (from: nothing.raw, to: 1), (from: nothing.raw, to: 2)],
            diesWithParent: false)
        let status = try process.wait(timeout: .seconds(120))
        try #require(status == .exited(0), "\(words): \(String(describing: status))")
        units = accessUnits(try Files.read(folder + "/out.264", limit: 64 << 20))
        let all = try Files.read(folder + "/out.yuv", limit: 512 << 20)
        let step = Self.bytes(size)
        pictures = stride(from: 0, to: all.count - step + 1, by: step).map { Array(all[$0..<($0 + step)]) }
    }

    /// A gradient that drifts and fades, a block that jumps over it, and some noise: every kind of macroblock has a use.
    private static func picture(_ number: Int, _ size: PixelSize) -> [UInt8] {
        var dice = Dice(state: UInt64(number + 1) &* 0x9E37_79B9)
        var result: [UInt8] = []
        result.reserveCapacity(bytes(size))
        let block = (x: number * 7 % size.width, y: number * 5 % size.height)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let isInside = (block.x..<(block.x + 24)).contains(x) && (block.y..<(block.y + 16)).contains(y)
                let ground = (x * 3 + y * 2 + number * 4) & 0xFF
                let noise = y % 32 < 4 ? dice.roll(24) : 0
                result.append(UInt8(clamping: isInside ? 235 - number * 8 : ground / (1 + number % 3) + noise))
            }
        }
        for plane in 0..<2 {
            for y in 0..<((size.height + 1) / 2) {
                for x in 0..<((size.width + 1) / 2) { result.append(UInt8((x * (plane + 1) + y + number * 3) & 0xFF)) }
            }
        }
        return result
    }
}
