// Drawing: shapes, text and pictures in memory, by Cairo and Pango: the only importer of CPango. Knows no screen, no
// socket and no application. Fonts are found and loaded by the first text that needs them. A canvas stays on the thread
// that made it (Pango's font map belongs to a thread).

internal import CPango
public import Pictures

/// A picture being drawn: 32-bit pixels, top left origin, coordinates in pixels. What is drawn is cut to the clip.
@safe public struct Canvas: ~Copyable {
    public let size: PixelSize
    /// Bytes from one row to the next.
    public let stride: Int
    let surface: OpaquePointer
    let context: OpaquePointer
    /// Made by the first text: starting fontconfig is the dearest thing here.
    var textContext: OpaquePointer?
    /// The rectangle outside which nothing is drawn now.
    public private(set) var clip: Rectangle

    /// Takes a canvas of 1…16384 pixels a side, filled with one colour.
    public init(size: PixelSize, fill: Colour = Colour(argb: 0xFF00_0000)) throws(DrawingError) {
        guard (1...16384).contains(size.width), (1...16384).contains(size.height) else {
            throw .size(width: size.width, height: size.height)
        }
        // Cairo's constructors never return null: a failure is an object in error state, which is still to be released.
        let surface = unsafe cairo_image_surface_create(
            CAIRO_FORMAT_ARGB32, Int32(size.width), Int32(size.height))!
        var status = unsafe cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            unsafe cairo_surface_destroy(surface)
            throw DrawingError(status, "surface")
        }
        let context = unsafe cairo_create(surface)!
        status = unsafe cairo_status(context)
        guard status == CAIRO_STATUS_SUCCESS else {
            unsafe cairo_destroy(context)
            unsafe cairo_surface_destroy(surface)
            throw DrawingError(status, "context")
        }
        unsafe self.surface = surface
        unsafe self.context = context
        self.size = size
        stride = unsafe Int(cairo_image_surface_get_stride(surface))
        clip = size.bounds
        replace(size.bounds, with: fill)
    }

    deinit {
        if let textContext = unsafe textContext { unsafe g_object_unref(UnsafeMutableRawPointer(textContext)) }
        unsafe cairo_destroy(context)
        unsafe cairo_surface_destroy(surface)
    }

    /// Draws with the clip narrowed to `rectangle`; the old clip is back afterwards.
    public mutating func clipped(to rectangle: Rectangle, _ body: (inout Canvas) -> Void) {
        let before = clip
        let inner = rectangle.intersection(before)
        guard !inner.isEmpty else { return }
        clip = inner
        unsafe cairo_save(context)
        // Whole pixels only: the clip is then exact, without half-covered edges, and Cairo takes its fast path.
        addRectangle(inner)
        unsafe cairo_clip(context)
        body(&self)
        unsafe cairo_restore(context)
        clip = before
    }

    /// True when something inside `rectangle` would be seen; lets a drawing leave out what is clipped away.
    public borrowing func shows(_ rectangle: Rectangle) -> Bool { !clip.intersection(rectangle).isEmpty }

    /// Lays `colour` over a rectangle.
    public mutating func fill(_ rectangle: Rectangle, with colour: Colour) {
        guard shows(rectangle) else { return }
        setSource(colour)
        addRectangle(rectangle)
        unsafe cairo_fill(context)
    }

    /// Sets the pixels of a rectangle to `colour`, alpha included.
    public mutating func replace(_ rectangle: Rectangle, with colour: Colour) {
        unsafe cairo_save(context)
        unsafe cairo_set_operator(context, CAIRO_OPERATOR_SOURCE)
        setSource(colour)
        addRectangle(rectangle)
        unsafe cairo_fill(context)
        unsafe cairo_restore(context)
    }

    /// Fills the inside of an outline.
    public mutating func fill(_ outline: Outline, with paint: Paint) {
        unsafe cairo_new_path(context)
        unsafe outline.trace(on: context)
        unsafe paint.apply(to: context)
        unsafe cairo_fill(context)
    }

    /// Draws along an outline, `width` pixels wide, with round ends and corners.
    public mutating func stroke(_ outline: Outline, with paint: Paint, width: Double) {
        unsafe cairo_new_path(context)
        unsafe outline.trace(on: context)
        unsafe paint.apply(to: context)
        unsafe cairo_set_line_width(context, width)
        unsafe cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
        unsafe cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        unsafe cairo_stroke(context)
    }

    /// Lays a picture (straight alpha) with its top left corner at (x, y).
    public mutating func draw(_ picture: Picture, x: Int, y: Int) {
        guard shows(picture.size.bounds.offset(x: x, y: y)) else { return }
        guard let source = ImageSurface(picture) else { return }
        unsafe cairo_set_source_surface(context, source.raw, Double(x), Double(y))
        unsafe cairo_paint(context)
    }

    /// The pixels as a picture with straight alpha.
    public borrowing func picture() -> Picture { unsafe ImageSurface.picture(of: surface, size: size) }

    /// Lends the pixels: `stride × height` bytes, rows from the top, B G R A with premultiplied alpha.
    public borrowing func withPixels<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        unsafe cairo_surface_flush(surface)
        // SAFETY: an image surface without error has data of stride × height bytes, and lives as long as this value;
        // nothing draws meanwhile, since the canvas is borrowed.
        let base = unsafe UnsafeRawBufferPointer(
            start: cairo_image_surface_get_data(surface), count: stride * size.height)
        return try body(unsafe base.bytes)
    }

    private func addRectangle(_ r: Rectangle) {
        unsafe cairo_new_path(context)
        unsafe cairo_rectangle(context, Double(r.x), Double(r.y), Double(r.width), Double(r.height))
    }

    func setSource(_ colour: Colour) { unsafe Paint.solid(colour).apply(to: context) }
}
