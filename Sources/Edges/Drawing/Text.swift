internal import CPango
public import Pictures

/// How a text looks.
public struct TextStyle: Equatable, Hashable, Sendable {
    public enum Alignment: Sendable { case leading, centre, trailing }
    public enum Placement: Sendable { case top, middle, bottom }

    public var family: String
    /// 100 (thin) … 400 (regular) … 700 (bold) … 900.
    public var weight: Int
    /// Height of the em, in pixels.
    public var size: Double
    public var alignment: Alignment
    /// Where the lines stand in a box that is higher than they are.
    public var placement: Placement
    /// Breaks between words at the box's width; one line otherwise, cut with an ellipsis.
    public var wraps: Bool
    /// Most lines when wrapping; the last one is cut with an ellipsis. 0 is no limit.
    public var lines: Int
    /// Added between letters, in pixels.
    public var spacing: Double
    /// Digits of one width, so that columns of figures stand still.
    public var tabularFigures: Bool

    public init(
        family: String = "Inter", weight: Int = 400, size: Double, alignment: Alignment = .leading,
        placement: Placement = .top, wraps: Bool = false, lines: Int = 0, spacing: Double = 0,
        tabularFigures: Bool = false
    ) {
        self.family = family
        self.weight = weight
        self.size = size
        self.alignment = alignment
        self.placement = placement
        self.wraps = wraps
        self.lines = lines
        self.spacing = spacing
        self.tabularFigures = tabularFigures
    }
}

/// What a text takes, in pixels.
public struct TextMetrics: Equatable, Sendable {
    /// The lines' box.
    public var size: PixelSize
    /// From the top of that box to the first baseline.
    public var baseline: Int
    /// What is inked, from the top left corner of that box.
    public var ink: Rectangle
    /// Lines that the text took.
    public var lines: Int
}

extension Canvas {
    /// What `text` would take, wrapped or cut at `width` pixels (nil: never).
    public mutating func measure(_ text: String, _ style: TextStyle, width: Int? = nil) -> TextMetrics {
        layout(text, style, width: width).metrics
    }

    /// Draws `text` inside `box`. Text that the clip hides is not even laid out.
    public mutating func draw(_ text: String, _ style: TextStyle, _ colour: Colour, in box: Rectangle) {
        // Ink may leave the box by what hangs over (italics, accents): never by more than an em.
        let slack = Int(style.size.rounded(.up))
        let reach = Rectangle(
            x: box.x - slack, y: box.y - slack, width: box.width + 2 * slack, height: box.height + 2 * slack)
        guard !text.isEmpty, box.width > 0, shows(reach) else { return }
        let layout = layout(text, style, width: box.width)
        let height = layout.metrics.size.height
        let y =
            switch style.placement {
            case .top: box.y
            case .middle: box.y + (box.height - height) / 2
            case .bottom: box.maxY - height
            }
        unsafe layout.draw(on: context, x: box.x, y: y, colour)
    }

    /// Draws one line of `text` with its baseline at `y`, from `x` on, or centred on or ending at it, by the alignment.
    public mutating func draw(_ text: String, _ style: TextStyle, _ colour: Colour, x: Int, baseline y: Int) {
        guard !text.isEmpty else { return }
        var style = style
        let alignment = style.alignment
        style.alignment = .leading
        let layout = layout(text, style, width: nil)
        let metrics = layout.metrics
        let left =
            switch alignment {
            case .leading: x
            case .centre: x - metrics.size.width / 2
            case .trailing: x - metrics.size.width
            }
        unsafe layout.draw(on: context, x: left, y: y - metrics.baseline, colour)
    }

    private mutating func layout(_ text: String, _ style: TextStyle, width: Int?) -> Layout {
        if unsafe textContext == nil {
            // SAFETY: never null; released in deinit.
            unsafe textContext = pango_cairo_create_context(context)
            let options = FontOptions()
            unsafe pango_cairo_context_set_font_options(textContext, options.raw)
        }
        return unsafe Layout(text, style, width: width, context: textContext!)
    }
}

/// Grey antialiasing, outlines fitted to rows: sharp stems on a 100 dpi panel, the same everywhere (no subpixels, which
/// would colour the edges and cost the video's chroma).
@safe struct FontOptions: ~Copyable {
    let raw: OpaquePointer
    init() {
        unsafe raw = cairo_font_options_create()
        unsafe cairo_font_options_set_antialias(raw, CAIRO_ANTIALIAS_GRAY)
        unsafe cairo_font_options_set_hint_style(raw, CAIRO_HINT_STYLE_SLIGHT)
        unsafe cairo_font_options_set_hint_metrics(raw, CAIRO_HINT_METRICS_ON)
    }
    deinit { unsafe cairo_font_options_destroy(raw) }
}

/// One laid-out text.
@safe struct Layout: ~Copyable {
    let raw: OpaquePointer

    init(_ text: String, _ style: TextStyle, width: Int?, context: OpaquePointer) {
        unsafe raw = pango_layout_new(context)
        let font = FontDescription(family: style.family, weight: style.weight, size: style.size)
        unsafe pango_layout_set_font_description(raw, font.raw)
        unsafe pango_layout_set_text(raw, text, -1)
        if let width {
            unsafe pango_layout_set_width(raw, Int32(clamping: width * Int(PANGO_SCALE)))
            unsafe pango_layout_set_wrap(raw, PANGO_WRAP_WORD_CHAR)
            unsafe pango_layout_set_ellipsize(raw, PANGO_ELLIPSIZE_END)
            // Negative: that many lines; positive would be a height in Pango units.
            unsafe pango_layout_set_height(raw, style.wraps ? (style.lines > 0 ? Int32(-style.lines) : Int32.max) : -1)
        }
        if !style.wraps { unsafe pango_layout_set_single_paragraph_mode(raw, 1) }
        let alignment =
            switch style.alignment {
            case .leading: PANGO_ALIGN_LEFT
            case .centre: PANGO_ALIGN_CENTER
            case .trailing: PANGO_ALIGN_RIGHT
            }
        unsafe pango_layout_set_alignment(raw, alignment)
        if style.spacing != 0 || style.tabularFigures {
            let list = unsafe pango_attr_list_new()
            if style.spacing != 0 {
                let units = Int32((style.spacing * Double(PANGO_SCALE)).rounded())
                unsafe pango_attr_list_insert(list, pango_attr_letter_spacing_new(units))
            }
            if style.tabularFigures { unsafe pango_attr_list_insert(list, pango_attr_font_features_new("tnum=1")) }
            unsafe pango_layout_set_attributes(raw, list)
            unsafe pango_attr_list_unref(list)
        }
    }

    deinit { unsafe g_object_unref(UnsafeMutableRawPointer(raw)) }

    var metrics: TextMetrics {
        var ink = PangoRectangle()
        var logical = PangoRectangle()
        unsafe pango_layout_get_pixel_extents(raw, &ink, &logical)
        let baseline = unsafe (Int(pango_layout_get_baseline(raw)) + Int(PANGO_SCALE) / 2) / Int(PANGO_SCALE)
        return TextMetrics(
            size: PixelSize(width: Int(logical.width), height: Int(logical.height)), baseline: baseline,
            ink: Rectangle(x: Int(ink.x), y: Int(ink.y), width: Int(ink.width), height: Int(ink.height)),
            lines: unsafe Int(pango_layout_get_line_count(raw)))
    }

    func draw(on context: OpaquePointer, x: Int, y: Int, _ colour: Colour) {
        unsafe Paint.solid(colour).apply(to: context)
        unsafe cairo_move_to(context, Double(x), Double(y))
        unsafe pango_cairo_show_layout(context, raw)
        unsafe cairo_new_path(context)
    }
}

/// A font that is asked for.
@safe struct FontDescription: ~Copyable {
    let raw: OpaquePointer
    init(family: String, weight: Int, size: Double) {
        unsafe raw = pango_font_description_new()
        unsafe pango_font_description_set_family(raw, family)
        unsafe pango_font_description_set_weight(raw, PangoWeight(UInt32(min(max(weight, 100), 1000))))
        // Absolute: device units, that is pixels, whatever resolution the font map believes in.
        unsafe pango_font_description_set_absolute_size(raw, (size * Double(PANGO_SCALE)).rounded())
    }
    deinit { unsafe pango_font_description_free(raw) }
}
