public import Pictures

/// Sets lines of text from three glyph sheets. A scalar without a glyph becomes a box; a line that is too long ends with
/// an ellipsis. No shaping, no right-to-left: a script that needs them is not shown wrongly, but as boxes.
public struct Typesetter: Equatable, Sendable {
    public enum Style: Sendable { case small, body, title }
    public enum Alignment: Sendable { case leading, centre, trailing }

    public let small: GlyphSheet
    public let body: GlyphSheet
    public let title: GlyphSheet

    public init(small: GlyphSheet, body: GlyphSheet, title: GlyphSheet) {
        self.small = small
        self.body = body
        self.title = title
    }

    func sheet(_ style: Style) -> GlyphSheet {
        switch style {
        case .small: small
        case .body: body
        case .title: title
        }
    }

    public func lineHeight(_ style: Style) -> Int { sheet(style).lineHeight }

    /// In pixels, rounded up.
    public func width(of text: String, _ style: Style) -> Int {
        let sheet = sheet(style)
        return (text.unicodeScalars.reduce(0) { $0 + sheet.advance(of: $1) } + 63) / 64
    }

    /// `text`, or as much of its beginning as fits into `width` pixels together with an ellipsis.
    public func fitted(_ text: String, _ style: Style, width: Int) -> String {
        guard self.width(of: text, style) > width else { return text }
        let sheet = sheet(style)
        let ellipsis = sheet.glyphs["…"] == nil ? "..." : "…"
        let room = width * 64 - ellipsis.unicodeScalars.reduce(0) { $0 + sheet.advance(of: $1) }
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in text.unicodeScalars {
            used += sheet.advance(of: scalar)
            guard used <= room else { break }
            kept.append(scalar)
        }
        while kept.last == " " { kept.removeLast() }
        return String(kept) + ellipsis
    }

    /// `text` cut into lines at spaces, at most `lines`; the last takes the rest and is fitted.
    public func wrapped(_ text: String, _ style: Style, width: Int, lines: Int) -> [String] {
        var result: [String] = []
        var line = ""
        var words = text.split(separator: " ")[...]
        while let word = words.first, result.count < lines {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if line.isEmpty || self.width(of: longer, style) <= width {
                line = longer
                words.removeFirst()
            } else if result.count == lines - 1 {
                line = line + " " + words.joined(separator: " ")
                words = []
            } else {
                result.append(line)
                line = ""
            }
        }
        if !line.isEmpty, result.count < lines { result.append(line) }
        return result.map { fitted($0, style, width: width) }
    }

    /// Draws one line whose box begins at `y`, inside x ..< x + width. Returns the rectangle the line's text takes.
    @discardableResult
    public func draw(
        _ text: String, _ style: Style, in picture: inout Picture, x: Int, y: Int, width: Int,
        alignment: Alignment = .leading, colour: Colour
    ) -> Rectangle {
        guard width > 0 else { return .empty }
        let sheet = sheet(style)
        let text = fitted(text, style, width: width)
        let used = self.width(of: text, style)
        let start =
            switch alignment {
            case .leading: x
            case .centre: x + (width - used) / 2
            case .trailing: x + width - used
            }
        var pen = start * 64
        for scalar in text.unicodeScalars {
            let left = (pen + 32) >> 6
            if let glyph = sheet.glyphs[scalar] {
                picture.lay(glyph, x: left + glyph.left, y: y + sheet.ascent - glyph.top, colour: colour)
            } else {
                let side = sheet.boxSide
                let box = Rectangle(
                    x: left + 1, y: y + sheet.ascent - side * 3 / 2, width: side, height: side * 3 / 2)
                picture.frame(box, with: colour)
            }
            pen += sheet.advance(of: scalar)
        }
        return Rectangle(x: start, y: y, width: used, height: sheet.lineHeight)
    }
}

extension GlyphSheet {
    /// Width of the box that stands for a missing glyph, in pixels.
    fileprivate var boxSide: Int { max(ascent / 2, 3) }

    /// In 1/64 pixel.
    fileprivate func advance(of scalar: Unicode.Scalar) -> Int {
        glyphs[scalar]?.advance ?? (boxSide + 3) * 64
    }
}

extension Picture {
    fileprivate mutating func lay(_ glyph: GlyphSheet.Glyph, x: Int, y: Int, colour: Colour) {
        let seen = glyph.size.bounds.offset(x: x, y: y).intersection(size.bounds)
        guard !seen.isEmpty else { return }
        let (width, ink) = (size.width, colour.argb)
        let masks = glyph.coverage.span
        var target = pixels.mutableSpan
        for row in seen.y..<seen.maxY {
            var read = (row - y) * glyph.size.width + seen.x - x
            for index in (row * width + seen.x)..<(row * width + seen.maxX) {
                let coverage = UInt32(masks[read])
                read += 1
                if coverage > 0 { target[index] = blend(target[index], ink, coverage) }
            }
        }
    }

    fileprivate mutating func frame(_ area: Rectangle, with colour: Colour) {
        fill(Rectangle(x: area.x, y: area.y, width: area.width, height: 1), with: colour)
        fill(Rectangle(x: area.x, y: area.maxY - 1, width: area.width, height: 1), with: colour)
        fill(Rectangle(x: area.x, y: area.y, width: 1, height: area.height), with: colour)
        fill(Rectangle(x: area.maxX - 1, y: area.y, width: 1, height: area.height), with: colour)
    }
}
