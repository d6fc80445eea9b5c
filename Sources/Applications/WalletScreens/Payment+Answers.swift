internal import Drawing
internal import Pictures
internal import Wire

/// The cards of the answers.
extension Payment {
    borrowing func drawOutcome(_ outcome: Outcome, into canvas: inout Canvas) {
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

    borrowing func drawAnswer(
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

    borrowing func drawReceipt(_ receipt: Receipt, into canvas: inout Canvas) {
        drawCard(WalletPalette.approvedGround, into: &canvas)
        canvas.draw(.check, in: layout.receiptIcon, ground: WalletPalette.approved, ink: WalletPalette.onPanel)
        canvas.draw(
            "Approved", TextStyle(weight: 700, size: layout.text(32), alignment: .centre, placement: .middle),
            WalletPalette.ink, in: layout.receiptTitle)
        canvas.fill(.rounded(layout.slip, radius: layout.cornerRadius * 0.6), with: .solid(WalletPalette.card))
        let lines = receiptLines(receipt)
        for (line, row) in zip(lines, layout.slipRows(lines.count)) where canvas.shows(row) {
            let label = TextStyle(weight: 500, size: layout.text(15.5), placement: .middle)
            let gap = max(6, row.height / 2)
            let width = canvas.measure(line.label, label).size.width + gap
            canvas.draw(line.label, label, WalletPalette.soft, in: row)
            let box = Rectangle(x: row.x + width, y: row.y, width: row.width - width, height: row.height)
            let value = TextStyle(
                weight: 600, size: layout.text(17), alignment: .trailing, placement: .middle, tabularFigures: true)
            canvas.draw(
                line.value, canvas.fitted(value, to: line.value, width: box.width, smallest: layout.text(13)),
                WalletPalette.ink, in: box)
        }
    }

    private borrowing func receiptLines(_ receipt: Receipt) -> [(label: String, value: String)] {
        var lines: [(label: String, value: String)] = []
        if let invoice {
            let money = Money(minorUnits: invoice.amount, currency: invoice.currency)
            lines = [("Paid to", invoice.merchant), ("Amount", "\(money.text) \(money.currency)")]
        }
        lines.append((receipt.means.source == .card ? "Card" : "Account", receipt.means.account.masked))
        lines.append(("Reference", receipt.reference))
        lines.append(("Approval code", receipt.approval))
        return lines.filter { !$0.value.isEmpty }
    }
}
