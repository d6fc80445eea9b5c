// RFB: the remote framebuffer protocol (RFC 6143, version 3.8, security None), both ends: two pure state machines, bytes
// in and bytes out, and two small drivers over a socket. Owns its socket and the client's pixels; draws nothing, decides
// nothing. A machine and its driver live on one thread; keys may come from another (`RFBInput`).

/// RFC 6143 §7.4. Only what is spoken here: 32 bits a pixel, true colour, eight bits a channel at any shift.
public struct RFBPixelFormat: Equatable, Sendable {
    public var depth: UInt8
    public var bigEndian: Bool
    public var redShift: UInt8
    public var greenShift: UInt8
    public var blueShift: UInt8

    static let encodedBytes = 16

    /// Bytes B, G, R, x in memory: the layout of `Picture` on a little-endian machine.
    public static let native = RFBPixelFormat(
        depth: 24, bigEndian: false, redShift: 16, greenShift: 8, blueShift: 0)

    init(depth: UInt8, bigEndian: Bool, redShift: UInt8, greenShift: UInt8, blueShift: UInt8) {
        self.depth = depth
        self.bigEndian = bigEndian
        self.redShift = redShift
        self.greenShift = greenShift
        self.blueShift = blueShift
    }

    /// Reads the 16 bytes of the wire; a format outside the above is `.unsupportedPixelFormat`.
    public init(_ bytes: ArraySlice<UInt8>) throws(RFBError) {
        guard bytes.count == Self.encodedBytes else { throw .unsupportedPixelFormat }
        let b = Array(bytes)
        let maxima = [b[4...5], b[6...7], b[8...9]].map { UInt16(bigEndian: $0) }
        guard b[0] == 32, b[3] != 0, maxima == [255, 255, 255] else { throw .unsupportedPixelFormat }
        let shifts = b[10...12].sorted()
        guard shifts[2] <= 24, shifts[1] - shifts[0] >= 8, shifts[2] - shifts[1] >= 8 else {
            throw .unsupportedPixelFormat
        }
        self.init(depth: b[1], bigEndian: b[2] != 0, redShift: b[10], greenShift: b[11], blueShift: b[12])
    }

    public var encoded: [UInt8] {
        [32, depth, bigEndian ? 1 : 0, 1, 0, 255, 0, 255, 0, 255, redShift, greenShift, blueShift, 0, 0, 0]
    }

    /// True when the client's pixels are bytes B, G, R, x: rows are then copied as they are.
    var isNative: Bool {
        bigEndian == Self.native.bigEndian && redShift == Self.native.redShift
            && greenShift == Self.native.greenShift && blueShift == Self.native.blueShift
    }

    /// One `0xAARRGGBB` pixel as the four bytes that the client wants, read as a native word.
    func converted(_ pixel: UInt32) -> UInt32 {
        let word =
            (pixel >> 16 & 0xff) << UInt32(redShift) | (pixel >> 8 & 0xff) << UInt32(greenShift)
            | (pixel & 0xff) << UInt32(blueShift)
        return bigEndian ? word.bigEndian : word.littleEndian
    }
}

extension UInt16 {
    /// The first two bytes of a slice that has them.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        self = UInt16(bytes[bytes.startIndex]) << 8 | UInt16(bytes[bytes.startIndex + 1])
    }
    var bytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}

extension UInt32 {
    /// The first four bytes of a slice that has them.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        self = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
    var bytes: [UInt8] {
        [
            UInt8(truncatingIfNeeded: self >> 24), UInt8(truncatingIfNeeded: self >> 16),
            UInt8(truncatingIfNeeded: self >> 8), UInt8(truncatingIfNeeded: self),
        ]
    }
}
