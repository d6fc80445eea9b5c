internal import CPango
public import Pictures

extension Artwork {
    /// Used where the family asked for is not installed.
    public static let fallbackFamily = "DejaVu Sans"

    /// True when fontconfig finds this very family, not a neighbour.
    public static func isInstalled(family: String) -> Bool {
        guard let context = TextSetting() else { return false }
        let wanted = FontDescription(family: family, weight: 400, size: 16)
        guard let font = unsafe pango_context_load_font(context.raw, wanted.raw) else { return false }
        defer { unsafe g_object_unref(UnsafeMutableRawPointer(font)) }
        let found = unsafe pango_font_describe(font)
        defer { unsafe pango_font_description_free(found) }
        guard let name = unsafe pango_font_description_get_family(found) else { return false }
        return unsafe String(cString: name).lowercased() == family.lowercased()
    }

    /// Masks of `scalars` in one font; `pixelSize` is the height of the em. A family that is not installed is replaced by
    /// DejaVu Sans, and `note` is told so; scalars that the font lacks are left out.
    public static func glyphSheet(
        family: String, pixelSize: Int, weight: Int, scalars: [Unicode.Scalar], note: (String) -> Void = { _ in }
    ) throws(DrawingError) -> GlyphSheet {
        guard (4...512).contains(pixelSize) else { throw .size(width: pixelSize, height: pixelSize) }
        var family = family
        if !isInstalled(family: family) {
            guard isInstalled(family: fallbackFamily) else { throw .noFont(family: family) }
            note("font \(family) is not installed: \(fallbackFamily) stands in")
            family = fallbackFamily
        }
        guard let context = TextSetting() else { throw .noFont(family: family) }
        let wanted = FontDescription(family: family, weight: weight, size: Double(pixelSize))
        guard let font = unsafe pango_context_load_font(context.raw, wanted.raw) else { throw .noFont(family: family) }
        defer { unsafe g_object_unref(UnsafeMutableRawPointer(font)) }
        guard let scaled = unsafe CPango_scaled_font(font) else { throw .noFont(family: family) }

        var extents = cairo_font_extents_t()
        unsafe cairo_scaled_font_extents(scaled, &extents)
        var glyphs: [Unicode.Scalar: GlyphSheet.Glyph] = [:]
        for scalar in scalars where glyphs[scalar] == nil {
            glyphs[scalar] = try unsafe glyph(scalar, of: scaled, side: pixelSize * 3)
        }
        return GlyphSheet(
            ascent: Int(extents.ascent.rounded(.up)), descent: Int(extents.descent.rounded(.up)), glyphs: glyphs)
    }

    private static func glyph(
        _ scalar: Unicode.Scalar, of font: OpaquePointer, side: Int
    ) throws(DrawingError) -> GlyphSheet.Glyph? {
        let text = String(scalar)
        var list: UnsafeMutablePointer<cairo_glyph_t>?
        var count: Int32 = 0
        let status = unsafe cairo_scaled_font_text_to_glyphs(
            font, 0, 0, text, Int32(text.utf8.count), &list, &count, nil, nil, nil)
        guard status == CAIRO_STATUS_SUCCESS else { throw DrawingError(status, "glyphs") }
        defer { unsafe cairo_glyph_free(list) }
        // Glyph 0 is "not defined" in every OpenType font.
        guard count == 1, let list = unsafe list, unsafe list.pointee.index != 0 else { return nil }
        var extents = cairo_text_extents_t()
        unsafe cairo_scaled_font_glyph_extents(font, list, 1, &extents)
        let left = Int(extents.x_bearing.rounded(.down))
        let top = Int((-extents.y_bearing).rounded(.up))
        let width = Int((extents.x_bearing + extents.width).rounded(.up)) - left
        let height = top - Int((-extents.y_bearing - extents.height).rounded(.down))
        let advance = Int((extents.x_advance * 64).rounded())
        guard width > 0, height > 0 else {
            return GlyphSheet.Glyph(
                size: PixelSize(width: 0, height: 0), left: 0, top: 0, advance: advance, coverage: [])
        }
        guard width <= side, height <= side else { throw .size(width: width, height: height) }
        // White on nothing: the alpha channel is the coverage.
        let canvas = try Canvas(size: PixelSize(width: width, height: height), fill: Colour(argb: 0))
        unsafe cairo_set_scaled_font(canvas.context, font)
        unsafe cairo_set_source_rgba(canvas.context, 1, 1, 1, 1)
        unsafe list.pointee.x = Double(-left)
        unsafe list.pointee.y = Double(top)
        unsafe cairo_show_glyphs(canvas.context, list, 1)
        return GlyphSheet.Glyph(
            size: canvas.size, left: left, top: top, advance: advance,
            coverage: canvas.picture().pixels.map { UInt8(truncatingIfNeeded: $0 >> 24) })
    }
}

/// A Pango context without a picture, for questions about fonts.
@safe private struct TextSetting: ~Copyable {
    let raw: OpaquePointer
    init?() {
        // SAFETY: the default font map belongs to this thread and lives on; the context is ours.
        guard let raw = unsafe pango_font_map_create_context(pango_cairo_font_map_get_default()) else { return nil }
        unsafe self.raw = raw
        let options = FontOptions()
        unsafe pango_cairo_context_set_font_options(raw, options.raw)
    }
    deinit { unsafe g_object_unref(UnsafeMutableRawPointer(raw)) }
}
