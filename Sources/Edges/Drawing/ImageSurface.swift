internal import CPango
internal import Pictures

/// A Cairo picture made from, or read into, one of ours.
@safe struct ImageSurface: ~Copyable {
    let raw: OpaquePointer

    /// Takes over `raw`; nil when it is in error state.
    init?(owning raw: OpaquePointer) {
        guard unsafe cairo_surface_status(raw) == CAIRO_STATUS_SUCCESS else {
            unsafe cairo_surface_destroy(raw)
            return nil
        }
        unsafe self.raw = raw
    }

    /// A copy of `picture`, with its alpha multiplied in as Cairo wants it.
    init?(_ picture: Picture) {
        guard !picture.size.bounds.isEmpty else { return nil }
        unsafe self.init(
            owning: cairo_image_surface_create(
                CAIRO_FORMAT_ARGB32, Int32(picture.size.width), Int32(picture.size.height)))
        let stride = unsafe Int(cairo_image_surface_get_stride(raw)) / 4
        let width = picture.size.width
        unsafe cairo_surface_flush(raw)
        // SAFETY: an ARGB32 surface without error holds stride × height 32-bit words.
        unsafe cairo_image_surface_get_data(raw).withMemoryRebound(
            to: UInt32.self, capacity: stride * picture.size.height
        ) { target in
            for y in 0..<picture.size.height {
                for x in 0..<width { unsafe target[y * stride + x] = premultiplied(picture.pixels[y * width + x]) }
            }
        }
        unsafe cairo_surface_mark_dirty(raw)
    }

    deinit { unsafe cairo_surface_destroy(raw) }

    var size: PixelSize {
        unsafe PixelSize(
            width: Int(cairo_image_surface_get_width(raw)), height: Int(cairo_image_surface_get_height(raw)))
    }

    /// The pixels of an ARGB32 surface of this size, with straight alpha.
    static func picture(of surface: OpaquePointer, size: PixelSize) -> Picture {
        unsafe cairo_surface_flush(surface)
        let stride = unsafe Int(cairo_image_surface_get_stride(surface)) / 4
        // SAFETY: as above.
        return unsafe cairo_image_surface_get_data(surface).withMemoryRebound(
            to: UInt32.self, capacity: stride * size.height
        ) { source in
            var pixels: [UInt32] = []
            pixels.reserveCapacity(size.area)
            for y in 0..<size.height {
                for x in 0..<size.width { pixels.append(straight(unsafe source[y * stride + x])) }
            }
            return Picture(size: size, pixels: pixels)
        }
    }
}

func premultiplied(_ argb: UInt32) -> UInt32 {
    let alpha = argb >> 24
    if alpha == 255 { return argb }
    func part(_ shift: UInt32) -> UInt32 { (((argb >> shift & 255) * alpha + 127) / 255) << shift }
    return alpha << 24 | part(16) | part(8) | part(0)
}

func straight(_ argb: UInt32) -> UInt32 {
    let alpha = argb >> 24
    if alpha == 255 { return argb }
    if alpha == 0 { return 0 }
    func part(_ shift: UInt32) -> UInt32 { min(255, ((argb >> shift & 255) * 255 + alpha / 2) / alpha) << shift }
    return alpha << 24 | part(16) | part(8) | part(0)
}
