public import Drawing
public import Pictures
internal import Wire

extension Payment {
    public borrowing func draw(into canvas: inout Canvas, damage: Rectangle) {
        canvas.fill(damage, with: WalletPalette.page)
        if canvas.shows(layout.panel) { drawPanel(into: &canvas) }
        guard canvas.shows(layout.card) else { return }
        switch phase {
        case .receipt(let receipt): return drawReceipt(receipt, into: &canvas)
        case .answered(let outcome): return drawOutcome(outcome, into: &canvas)
        default: drawCard(WalletPalette.card, into: &canvas)
        }
        switch phase {
        case .scanning(let note): drawScanning(note, into: &canvas)
        case .pricing(let typed, _): drawPricing(typed, into: &canvas)
        case .tipping(let typed): drawTipping(typed, into: &canvas)
        case .presenting(let note): drawPresenting(note, into: &canvas)
        case .entering(let entry): drawEntry(entry, into: &canvas)
        case .confirming(let means, let note): drawConfirming(means, note, into: &canvas)
        case .processing:
            drawAnswer(.working, "One moment", "Asking the bank", colour: WalletPalette.approved, into: &canvas)
        case .typingPIN(_, let stars): drawPIN(stars, into: &canvas)
        case .proving(_, let entry): drawProof(entry, into: &canvas)
        case .receipt, .answered: break
        }
    }

    borrowing func drawCard(_ colour: Colour, into canvas: inout Canvas) {
        canvas.fill(.rounded(layout.card, radius: layout.cornerRadius), with: .solid(colour))
    }

    private borrowing func drawEntry(_ entry: Entry, into canvas: inout Canvas) {
        drawHeading("Enter your code", into: &canvas)
        drawHint("Four digits, then OK", into: &canvas)
        for (index, cell) in layout.cells.enumerated() where canvas.shows(cell) {
            drawBox(cell, radius: Double(cell.width) * 0.2, into: &canvas)
            if index < entry.typed { canvas.drawStar(in: layout.stars[index], colour: WalletPalette.ink) }
        }
        drawNote(entry.note, into: &canvas)
        drawKeys([.cancel, .clear, .ok], into: &canvas)
    }

    // MARK: parts

    borrowing func drawHeading(_ text: String, into canvas: inout Canvas) {
        guard canvas.shows(layout.heading) else { return }
        let style = TextStyle(weight: 700, size: layout.text(27), alignment: .centre, placement: .middle)
        canvas.draw(
            text, canvas.fitted(style, to: text, width: layout.heading.width, smallest: layout.text(18)),
            WalletPalette.ink, in: layout.heading)
    }

    borrowing func drawHint(_ text: String, into canvas: inout Canvas) {
        canvas.draw(
            text, TextStyle(size: layout.text(17), alignment: .centre, placement: .middle), WalletPalette.soft,
            in: layout.hint)
    }

    /// What the keys did wrong, on its line; somebody else's words may need two.
    borrowing func drawNote(_ note: Note, into canvas: inout Canvas) {
        guard let text = note.text else { return }
        if case .trouble = note { return drawWords(text, WalletPalette.declined, weight: 600, into: &canvas) }
        canvas.draw(
            text, TextStyle(weight: 600, size: layout.text(17), alignment: .centre, placement: .middle),
            WalletPalette.declined, in: layout.note)
    }

    /// What to do, unless something went wrong.
    borrowing func drawWords(_ text: String, unless note: Note, into canvas: inout Canvas) {
        if let trouble = note.text {
            drawWords(trouble, WalletPalette.declined, weight: 600, into: &canvas)
        } else {
            drawWords(text, WalletPalette.soft, weight: 400, into: &canvas)
        }
    }

    private borrowing func drawWords(_ text: String, _ colour: Colour, weight: Int, into canvas: inout Canvas) {
        canvas.draw(
            text,
            TextStyle(
                weight: weight, size: layout.text(17), alignment: .centre, placement: .middle, wraps: true, lines: 2),
            colour, in: layout.words)
    }

    /// Where something is typed.
    borrowing func drawBox(_ box: Rectangle, radius: Double, into canvas: inout Canvas) {
        let width = max(1.5, 2 * layout.scale)
        canvas.fill(.rounded(box, radius: radius), with: .solid(WalletPalette.cell))
        canvas.stroke(
            .rounded(box, radius: radius, inset: width / 2), with: .solid(WalletPalette.line), width: width)
    }

    /// The keys of the keypad that mean something now.
    borrowing func drawKeys(_ meanings: [KeyMeaning], into canvas: inout Canvas) {
        for (meaning, box) in zip(meanings, layout.keys(meanings.count)) where canvas.shows(box) {
            let (title, ground, ink) = meaning.look
            canvas.fill(.rounded(box, radius: Double(box.height) * 0.28), with: .solid(ground))
            canvas.draw(
                title, TextStyle(weight: 600, size: layout.text(16), alignment: .centre, placement: .middle), ink,
                in: box)
        }
    }
}

enum KeyMeaning {
    case cancel, clear, ok
    /// In the colours that keypads have.
    var look: (title: String, ground: Colour, ink: Colour) {
        switch self {
        case .cancel: ("Cancel", WalletPalette.declined, WalletPalette.onPanel)
        case .clear: ("Clear", WalletPalette.clear, WalletPalette.ink)
        case .ok: ("OK", WalletPalette.approved, WalletPalette.onPanel)
        }
    }
}

extension Canvas {
    /// The style, made smaller until `text` fits on one line; what still does not fit is cut with an ellipsis.
    mutating func fitted(_ style: TextStyle, to text: String, width: Int, smallest: Double) -> TextStyle {
        var result = style
        while result.size > smallest, measure(text, result).size.width > width {
            result.size = max(smallest, result.size * 0.95)
        }
        return result
    }
}
