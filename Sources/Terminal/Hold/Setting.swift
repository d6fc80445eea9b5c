internal import Pictures

/// A text cut into lines of one style, as it will be drawn.
struct Setting: Equatable, Sendable {
    var style: Typesetter.Style
    var lines: [String]
    /// Nothing of the text is left out.
    var isWhole: Bool
}

extension Typesetter {
    /// The text in the first of `choices` (a style and how many lines it may have) that holds all of it; in the last,
    /// with an ellipsis, if none does.
    func setting(_ text: String, width: Int, _ choices: [(style: Style, lines: Int)]) -> Setting {
        precondition(!choices.isEmpty, "a text is set in some style")
        let words = text.split(separator: " ").joined(separator: " ")
        var setting = Setting(style: .small, lines: [], isWhole: words.isEmpty)
        for (style, lines) in choices where !words.isEmpty {
            let result = wrapped(text, style, width: width, lines: max(lines, 1))
            setting = Setting(style: style, lines: result, isWhole: result.joined(separator: " ") == words)
            if setting.isWhole { break }
        }
        return setting
    }

    /// In pixels, with `spacing` between lines.
    func height(of setting: Setting, spacing: Int = 0) -> Int {
        setting.lines.isEmpty
            ? 0 : setting.lines.count * lineHeight(setting.style) + (setting.lines.count - 1) * spacing
    }

    /// Draws the lines below one another from `y` on.
    func draw(
        _ setting: Setting, in picture: inout Picture, x: Int, y: Int, width: Int, spacing: Int = 0,
        alignment: Alignment = .leading, colour: Colour
    ) {
        var y = y
        for line in setting.lines {
            draw(line, setting.style, in: &picture, x: x, y: y, width: width, alignment: alignment, colour: colour)
            y += lineHeight(setting.style) + spacing
        }
    }

    /// The first of `texts` that fits: they say the same in fewer words. Nil when none does.
    func first(of texts: [String], _ style: Style, width: Int) -> String? {
        texts.first { self.width(of: $0, style) <= width }
    }
}
