internal import CPango
internal import LinuxBase
public import Pictures

/// Pictures and glyphs made where a drawing library runs, for places where none may.
public enum Artwork {
    /// Largest side of a picture that is read, in pixels.
    public static let side = 1024
    /// Largest file that is read: a picture of that size, uncompressed.
    static let fileBytes = 4 * side * side + 65536

    /// Reads a PNG file of at most 1024×1024 pixels; straight alpha.
    public static func picture(png path: String) throws(DrawingError) -> Picture {
        let bytes: [UInt8]
        do throws(Files.ReadError) { bytes = try Files.read(path, limit: fileBytes) } catch {
            throw .file(path: path, reason: "\(error)")
        }
        // The size stands in the first chunk: looked at before any decoder makes memory of it. W3C PNG §5.2, §11.2.2.
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        guard bytes.count > 33, bytes[..<8].elementsEqual(signature), bytes[12..<16].elementsEqual("IHDR".utf8) else {
            throw .notPNG(path: path)
        }
        func number(at offset: Int) -> Int { bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height) = (number(at: 16), number(at: 20))
        guard (1...side).contains(width), (1...side).contains(height) else {
            throw .size(width: width, height: height)
        }
        var source = ByteSource(bytes: bytes)
        let read = unsafe withUnsafeMutablePointer(to: &source) { pointer in
            unsafe cairo_image_surface_create_from_png_stream(
                { closure, target, count in
                    // SAFETY: the closure pointer is the one handed over below; target has room for count bytes.
                    let source = unsafe closure!.assumingMemoryBound(to: ByteSource.self)
                    return unsafe source.pointee.read(target!, Int(count))
                }, pointer)!
        }
        guard let surface = unsafe ImageSurface(owning: read) else { throw .notPNG(path: path) }
        // Cairo gives pictures without alpha another format; drawn onto a canvas, they are all alike.
        var canvas = try Canvas(size: surface.size, fill: Colour(argb: 0))
        canvas.draw(surface: surface, in: surface.size.bounds)
        return canvas.picture()
    }

    /// The picture at another size, smoothly; alpha is kept.
    public static func scaled(_ picture: Picture, to size: PixelSize) -> Picture {
        guard size != picture.size else { return picture }
        let surface = ImageSurface(picture)
        guard let surface, var canvas = try? Canvas(size: size, fill: Colour(argb: 0)) else {
            // No memory, or a size that no picture has: nothing to see is the honest result.
            return Picture(size: PixelSize(width: 0, height: 0), pixels: [])
        }
        canvas.draw(surface: surface, in: size.bounds)
        return canvas.picture()
    }

    /// Writes a PNG file, replacing one that is there.
    public static func writePNG(_ picture: Picture, to path: String) throws(DrawingError) {
        guard let surface = ImageSurface(picture) else {
            throw .size(width: picture.size.width, height: picture.size.height)
        }
        let status = unsafe cairo_surface_write_to_png(surface.raw, path)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw .file(path: path, reason: unsafe String(cString: cairo_status_to_string(status)))
        }
    }
}

extension Canvas {
    mutating func draw(surface: borrowing ImageSurface, in target: Rectangle) {
        let from = surface.size
        unsafe cairo_save(context)
        unsafe cairo_translate(context, Double(target.x), Double(target.y))
        unsafe cairo_scale(
            context, Double(target.width) / Double(from.width), Double(target.height) / Double(from.height))
        unsafe cairo_set_source_surface(context, surface.raw, 0, 0)
        // GOOD averages over all source pixels when shrinking; PAD keeps the border from fading into nothing.
        unsafe cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD)
        unsafe cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)
        unsafe cairo_rectangle(context, 0, 0, Double(from.width), Double(from.height))
        unsafe cairo_fill(context)
        unsafe cairo_restore(context)
    }
}

/// Bytes that Cairo's PNG reader pulls.
private struct ByteSource {
    let bytes: [UInt8]
    var position = 0

    mutating func read(_ target: UnsafeMutablePointer<UInt8>, _ count: Int) -> cairo_status_t {
        guard count <= bytes.count - position else { return CAIRO_STATUS_READ_ERROR }
        for index in 0..<count { unsafe target[index] = bytes[position + index] }
        position += count
        return CAIRO_STATUS_SUCCESS
    }
}
