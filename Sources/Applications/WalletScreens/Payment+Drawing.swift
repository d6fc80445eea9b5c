public import Drawing
public import Pictures
internal import Wire

extension Payment {
    public borrowing func draw(into canvas: inout Canvas, damage: Rectangle) {
        canvas.fill(damage, with: WalletPalette.page)
        if canvas.shows(layout.panel) { drawPanel(into: &canvas) }
        guard canvas.shows(layout.card) else { return }
        switch phase {
        case .entering(let entry): drawEntry(entry, into: &canvas)
        case .processing:
            drawCard(WalletPalette.card, into: &canvas)
            drawAnswer(
                .working, "One moment", "Checking your account", colour: WalletPalette.approved, into: &canvas)
        case .answered(let outcome): drawOutcome(outcome, into: &canvas)
        }
    }

    private borrowing func drawPanel(into canvas: inout Canvas) {
        let panel = layout.panel
        canvas.fill(panel, with: WalletPalette.panel)
        drawOrnament(into: &canvas)
        drawBrand(into: &canvas)
        guard let invoice else { return }

        let money = Money(minorUnits: invoice.amount, currency: invoice.currency)
        canvas.draw(
            "Amount to pay", TextStyle(weight: 500, size: layout.text(17), placement: .middle),
            WalletPalette.onPanelSoft, in: layout.amountLabel)
        drawAmount(money, into: &canvas)
        if canvas.shows(layout.merchant) {
            let style = TextStyle(weight: 600, size: layout.text(24), placement: .middle)
            canvas.draw(
                invoice.merchant,
                canvas.fitted(style, to: invoice.merchant, width: layout.merchant.width, smallest: layout.text(17)),
                WalletPalette.onPanel, in: layout.merchant)
        }
        drawField("Account", grouped(invoice.account), in: layout.account, into: &canvas)
        drawField("Invoice", invoice.identifier, in: layout.identifier, into: &canvas)
    }

    private borrowing func drawAmount(_ money: Money, into canvas: inout Canvas) {
        guard canvas.shows(layout.amount) else { return }
        // Large figures want to stand closer, but not where groups are told apart by a narrow space.
        let tightness = money.text.contains("\u{202F}") ? 0 : -0.02
        var digits = TextStyle(weight: 700, size: layout.text(70), spacing: layout.text(70) * tightness)
        var currency = TextStyle(weight: 600, size: layout.text(28))
        let gap = max(4, Int(layout.text(70) * 0.14))
        var width = canvas.measure(money.text, digits).size.width
        var unit = canvas.measure(money.currency, currency).size.width
        while width + gap + unit > layout.amount.width, digits.size > 16 {
            digits.size *= 0.94
            digits.spacing = digits.size * tightness
            currency.size = max(13, digits.size * 0.45)
            width = canvas.measure(money.text, digits).size.width
            unit = canvas.measure(money.currency, currency).size.width
        }
        // Figures are about 0.73 em high: this centres what is seen, not the line with its empty descenders.
        let baseline = layout.amount.y + Int((Double(layout.amount.height) + digits.size * 0.73) / 2)
        canvas.draw(money.text, digits, WalletPalette.onPanel, x: layout.amount.x, baseline: baseline)
        canvas.draw(
            money.currency, currency, WalletPalette.mint, x: layout.amount.x + width + gap, baseline: baseline)
    }

    private borrowing func drawField(_ label: String, _ value: String, in box: Rectangle, into canvas: inout Canvas) {
        guard canvas.shows(box) else { return }
        let half = box.height * 9 / 20
        canvas.draw(
            label, TextStyle(weight: 500, size: layout.text(13.5), placement: .middle), WalletPalette.onPanelSoft,
            in: Rectangle(x: box.x, y: box.y, width: box.width, height: half))
        let style = TextStyle(weight: 500, size: layout.text(17), placement: .middle, tabularFigures: true)
        canvas.draw(
            value, canvas.fitted(style, to: value, width: box.width, smallest: 10.5), WalletPalette.onPanel,
            in: Rectangle(x: box.x, y: box.y + half, width: box.width, height: box.height - half))
    }

    private borrowing func drawCard(_ colour: Colour, into canvas: inout Canvas) {
        canvas.fill(.rounded(layout.card, radius: layout.cornerRadius), with: .solid(colour))
    }

    private borrowing func drawEntry(_ entry: Entry, into canvas: inout Canvas) {
        drawCard(WalletPalette.card, into: &canvas)
        canvas.draw(
            "Enter your code", TextStyle(weight: 700, size: layout.text(27), alignment: .centre, placement: .middle),
            WalletPalette.ink, in: layout.heading)
        canvas.draw(
            "Four digits, then OK", TextStyle(size: layout.text(17), alignment: .centre, placement: .middle),
            WalletPalette.soft, in: layout.hint)
        for (index, cell) in layout.cells.enumerated() where canvas.shows(cell) {
            drawCell(cell, star: index < entry.typed ? layout.stars[index] : nil, into: &canvas)
        }
        let note: String? =
            switch entry.note {
            case .none: nil
            case .incomplete: "The code has four digits"
            case .wrongCode(let left): left == 1 ? "Wrong code. One try left" : "Wrong code. \(left) tries left"
            }
        if let note {
            canvas.draw(
                note, TextStyle(weight: 600, size: layout.text(17), alignment: .centre, placement: .middle),
                WalletPalette.declined, in: layout.note)
        }
        drawKey("Cancel", WalletPalette.declined, WalletPalette.onPanel, in: layout.keys[0], into: &canvas)
        drawKey("Clear", WalletPalette.clear, WalletPalette.ink, in: layout.keys[1], into: &canvas)
        drawKey("OK", WalletPalette.approved, WalletPalette.onPanel, in: layout.keys[2], into: &canvas)
    }

    private borrowing func drawCell(_ cell: Rectangle, star: Rectangle?, into canvas: inout Canvas) {
        let radius = Double(cell.width) * 0.2
        let width = max(1.5, 2 * layout.scale)
        canvas.fill(.rounded(cell, radius: radius), with: .solid(WalletPalette.cell))
        canvas.stroke(
            .rounded(cell, radius: radius, inset: width / 2), with: .solid(WalletPalette.line), width: width)
        if let star { canvas.drawStar(in: star, colour: WalletPalette.ink) }
    }

    private borrowing func drawKey(
        _ title: String, _ ground: Colour, _ ink: Colour, in box: Rectangle, into canvas: inout Canvas
    ) {
        guard canvas.shows(box) else { return }
        canvas.fill(.rounded(box, radius: Double(box.height) * 0.28), with: .solid(ground))
        canvas.draw(
            title, TextStyle(weight: 600, size: layout.text(16), alignment: .centre, placement: .middle), ink, in: box)
    }

    private borrowing func drawOutcome(_ outcome: Outcome, into canvas: inout Canvas) {
        switch outcome {
        case .approved(let reference):
            drawCard(WalletPalette.approvedGround, into: &canvas)
            drawAnswer(.check, "Approved", "Reference \(reference)", colour: WalletPalette.approved, into: &canvas)
        case .declined(let reason):
            drawCard(WalletPalette.declinedGround, into: &canvas)
            drawAnswer(.cross, "Declined", reason, colour: WalletPalette.declined, into: &canvas)
        case .needsMore(let request):
            drawCard(WalletPalette.questionGround, into: &canvas)
            drawAnswer(.information, "More needed", request, colour: WalletPalette.question, into: &canvas)
        case .failed(let reason):
            drawCard(WalletPalette.failedGround, into: &canvas)
            drawAnswer(.exclamation, "Not possible", reason, colour: WalletPalette.failed, into: &canvas)
        case .cancelled, .ended:
            drawCard(WalletPalette.failedGround, into: &canvas)
            drawAnswer(.cross, "Cancelled", "Nothing was paid", colour: WalletPalette.failed, into: &canvas)
        }
    }

    private borrowing func drawAnswer(
        _ icon: Icon, _ title: String, _ detail: String, colour: Colour, into canvas: inout Canvas
    ) {
        canvas.draw(icon, in: layout.icon, ground: colour, ink: WalletPalette.onPanel)
        canvas.draw(
            title, TextStyle(weight: 700, size: layout.text(34), alignment: .centre, placement: .middle),
            WalletPalette.ink, in: layout.answer)
        canvas.draw(
            detail, TextStyle(weight: 500, size: layout.text(19), alignment: .centre, wraps: true, lines: 3),
            WalletPalette.ink, in: layout.detail)
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
