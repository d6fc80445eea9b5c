internal import CLibdrm

/// How a framebuffer's pixels lie in memory: a fourcc of `drm_fourcc.h`, which names the bits from the highest down, little
/// endian. (`xrgb8888` is B, G, R, x in memory.)
public struct PixelFormat: RawRepresentable, Equatable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let xrgb8888 = PixelFormat(rawValue: CLibdrm_formatXRGB8888)
    public static let argb8888 = PixelFormat(rawValue: CLibdrm_formatARGB8888)
    public static let xbgr8888 = PixelFormat(rawValue: CLibdrm_formatXBGR8888)
    public static let abgr8888 = PixelFormat(rawValue: CLibdrm_formatABGR8888)
    public static let rgb565 = PixelFormat(rawValue: CLibdrm_formatRGB565)
    /// Two planes: Y', and Cb Cr in turn at half size.
    public static let nv12 = PixelFormat(rawValue: CLibdrm_formatNV12)
    /// Two planes: Y', and Cr Cb in turn at half size.
    public static let nv21 = PixelFormat(rawValue: CLibdrm_formatNV21)
    /// Three planes: Y', then Cb, then Cr at half size (I420).
    public static let yuv420 = PixelFormat(rawValue: CLibdrm_formatYUV420)
    /// Three planes: Y', then Cr, then Cb at half size (YV12).
    public static let yvu420 = PixelFormat(rawValue: CLibdrm_formatYVU420)

    /// The four characters, "NV12", where they can be printed; otherwise the number.
    public var description: String {
        let characters = (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (8 * $0)) }
        guard characters.allSatisfy({ (0x20...0x7e).contains($0) }) else { return hexadecimal(UInt64(rawValue)) }
        return String(decoding: characters, as: UTF8.self)
    }
}

/// How a framebuffer's pixels are ordered beyond rows: tiles and compression of one vendor's hardware, or none.
public struct FormatModifier: RawRepresentable, Equatable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Row after row.
    public static let linear = FormatModifier(rawValue: CLibdrm_modifierLinear)
    /// "None named": never in a plane's list.
    public static let invalid = FormatModifier(rawValue: CLibdrm_modifierInvalid)

    public var description: String {
        switch self {
        case .linear: "linear"
        case .invalid: "invalid"
        default: hexadecimal(rawValue)
        }
    }
}

private func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
