internal import CLibdrm
public import Pictures

/// Size and timing of a picture on a connector.
public struct DisplayMode: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// Pixels that are seen.
    public let size: PixelSize
    /// Pictures in a thousand seconds.
    public let refreshMillihertz: Int
    /// The kernel's name for it: "800x480".
    public let name: String
    /// What the screen itself asks for.
    public let isPreferred: Bool
    /// Half of the rows in turn.
    public let isInterlaced: Bool
    /// `struct drm_mode_modeinfo` as it came: what a MODE_ID blob holds.
    public let blob: [UInt8]

    public var description: String {
        let hertz = refreshMillihertz / 1000
        let fraction = refreshMillihertz % 1000 / 10
        let digits = fraction < 10 ? "0\(fraction)" : "\(fraction)"
        return "\(size)\(isInterlaced ? "i" : "") \(hertz).\(digits) Hz"
    }

    init(_ info: drmModeModeInfo) {
        size = PixelSize(width: Int(info.hdisplay), height: Int(info.vdisplay))
        name = text(of: info.name)
        isPreferred = info.type & UInt32(DRM_MODE_TYPE_PREFERRED) != 0
        isInterlaced = info.flags & UInt32(DRM_MODE_FLAG_INTERLACE) != 0
        refreshMillihertz = Self.refresh(of: info)
        // SAFETY: drmModeModeInfo has the fields of struct drm_mode_modeinfo in the same places, and no padding.
        blob = unsafe withUnsafeBytes(of: info) { unsafe Array($0) }
    }

    /// As the kernel's drm_mode_vrefresh counts, but not rounded to whole hertz.
    private static func refresh(of info: drmModeModeInfo) -> Int {
        let area = Int(info.htotal) * Int(info.vtotal)
        // A mode without timings is made by drivers whose screen has none of its own.
        guard area > 0 else { return Int(info.vrefresh) * 1000 }
        var rate = Int(info.clock) * 1_000_000
        var pixels = area
        if info.flags & UInt32(DRM_MODE_FLAG_INTERLACE) != 0 { rate *= 2 }
        if info.flags & UInt32(DRM_MODE_FLAG_DBLSCAN) != 0 { pixels *= 2 }
        if info.vscan > 1 { pixels *= Int(info.vscan) }
        return (rate + pixels / 2) / pixels
    }
}

/// The text in a C array of characters, up to its NUL or its end.
func text<Characters>(of array: Characters) -> String {
    unsafe withUnsafeBytes(of: array) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
