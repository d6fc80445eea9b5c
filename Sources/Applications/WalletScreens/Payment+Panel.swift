internal import Drawing
internal import Pictures
internal import Wire

/// The left side: who is paid, and how much.
extension Payment {
    borrowing func drawPanel(into canvas: inout Canvas) {
        canvas.fill(layout.panel, with: WalletPalette.panel)
        drawOrnament(into: &canvas)
        drawBrand(into: &canvas)
        guard let invoice else { return drawGreeting("No invoice yet", "New payment", into: &canvas) }
        if invoice.amount == 0 {
            drawGreeting(invoice.merchant, "Payment to", into: &canvas)
        } else {
            drawPrice(invoice, into: &canvas)
        }
        if !invoice.account.isEmpty {
            drawField("Account", grouped(invoice.account), in: layout.account, into: &canvas)
        }
        if !invoice.identifier.isEmpty {
            drawField("Invoice", invoice.identifier, in: layout.identifier, into: &canvas)
        }
    }

    private borrowing func drawPrice(_ invoice: Invoice, into canvas: inout Canvas) {
        let money = Money(minorUnits: invoice.amount, currency: invoice.currency)
        drawLine(priceLabel(invoice), 500, 17, smallest: 14, WalletPalette.onPanelSoft, in: layout.amountLabel, &canvas)
        drawAmount(money, into: &canvas)
        drawLine(invoice.merchant, 600, 24, smallest: 17, WalletPalette.onPanel, in: layout.merchant, &canvas)
    }

    private borrowing func priceLabel(_ invoice: Invoice) -> String {
        if case .tipping = phase { return "Amount without tip" }
        guard tip > 0 else { return "Amount to pay" }
        return "Amount with a tip of \(Money(minorUnits: tip, currency: invoice.currency).text)"
    }

    /// Two lines of large words where the amount will be.
    private borrowing func drawGreeting(_ large: String, _ small: String, into canvas: inout Canvas) {
        drawLine(small, 500, 17, smallest: 14, WalletPalette.onPanelSoft, in: layout.amountLabel, &canvas)
        let box = layout.amount.union(layout.merchant)
        canvas.draw(
            large, TextStyle(weight: 700, size: layout.text(38), wraps: true, lines: 2), WalletPalette.onPanel,
            in: Rectangle(x: box.x, y: box.y + box.height / 24, width: box.width, height: box.height))
    }

    /// One line on the left, made smaller to fit.
    private borrowing func drawLine(
        _ text: String, _ weight: Int, _ size: Double, smallest: Double, _ colour: Colour, in box: Rectangle,
        _ canvas: inout Canvas
    ) {
        guard canvas.shows(box) else { return }
        let style = TextStyle(weight: weight, size: layout.text(size), placement: .middle)
        canvas.draw(
            text, canvas.fitted(style, to: text, width: box.width, smallest: layout.text(smallest)), colour, in: box)
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
}
