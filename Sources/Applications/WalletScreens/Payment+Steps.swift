internal import Drawing
internal import Pictures
internal import Wire

/// The cards of the steps before and during the payment, but for the code's entry.
extension Payment {
    borrowing func drawScanning(_ note: Note, into canvas: inout Canvas) {
        drawHeading("Show the merchant's code", into: &canvas)
        canvas.drawScanning(in: layout.figure(below: layout.heading))
        drawWords("To the camera, or a tag to the reader", unless: note, into: &canvas)
        drawKeys([.cancel], into: &canvas)
    }

    borrowing func drawPricing(_ typed: Typed, into canvas: inout Canvas) {
        drawHeading("Enter the amount", into: &canvas)
        drawHint("Digits, then OK", into: &canvas)
        drawTyped(typed.minorUnits, into: &canvas)
        drawNote(typed.note, into: &canvas)
        drawKeys([.cancel, .clear, .ok], into: &canvas)
    }

    borrowing func drawTipping(_ typed: Typed, into canvas: inout Canvas) {
        drawHeading("Add a tip?", into: &canvas)
        drawHint("Digits, then OK", into: &canvas)
        drawTyped(typed.minorUnits, into: &canvas)
        if typed.note == .none, let invoice, let total = Bill.sum(invoice.amount, typed.minorUnits) {
            let money = Money(minorUnits: total, currency: invoice.currency)
            canvas.draw(
                typed.minorUnits == 0 ? "OK alone adds none" : "Together \(money.text) \(money.currency)",
                TextStyle(weight: 600, size: layout.text(17), alignment: .centre, placement: .middle),
                WalletPalette.ink, in: layout.note)
        }
        drawNote(typed.note, into: &canvas)
        drawKeys([.cancel, .clear, .ok], into: &canvas)
    }

    /// An amount in the field, grey while it is nothing.
    private borrowing func drawTyped(_ minorUnits: UInt64, into canvas: inout Canvas) {
        guard canvas.shows(layout.field) else { return }
        drawField(into: &canvas)
        let money = Money(minorUnits: minorUnits, currency: invoice?.currency ?? "")
        let text = "\(money.text) \(money.currency)"
        let style = TextStyle(
            weight: 700, size: layout.text(38), alignment: .centre, placement: .middle, tabularFigures: true)
        canvas.draw(
            text, canvas.fitted(style, to: text, width: layout.fieldText.width, smallest: layout.text(20)),
            minorUnits == 0 ? WalletPalette.soft : WalletPalette.ink, in: layout.fieldText)
    }

    borrowing func drawField(into canvas: inout Canvas) {
        drawBox(layout.field, radius: Double(layout.cells[0].width) * 0.2, into: &canvas)
    }

    borrowing func drawPresenting(_ note: Note, into canvas: inout Canvas) {
        drawHeading("Hold your card on the reader", into: &canvas)
        canvas.drawPresenting(in: layout.figure(below: layout.heading))
        drawWords("Leave it there until it is read", unless: note, into: &canvas)
        drawKeys([.cancel], into: &canvas)
    }

    borrowing func drawConfirming(_ means: Means, _ note: Note, into canvas: inout Canvas) {
        let account = means.account
        let money = Money(minorUnits: invoice?.amount ?? 0, currency: invoice?.currency ?? "")
        let name = account.label.isEmpty ? means.source == .card ? "card" : "account" : account.label
        // Two lines by themselves: a number must not be broken, nor the question where it happens to be full.
        drawTitle("Pay \(money.text) \(money.currency)", line: 0, into: &canvas)
        drawTitle("with \(name) \(account.lastDigits)?", line: 1, into: &canvas)
        canvas.drawBankCard(account, in: layout.figure(below: layout.title), smallest: layout.text(11))
        drawWords(
            means.source == .stored ? "OK pays. Or show a card" : "OK pays", unless: note,
            into: &canvas)
        drawKeys([.cancel, .ok], into: &canvas)
    }

    private borrowing func drawTitle(_ text: String, line: Int, into canvas: inout Canvas) {
        let half = layout.title.height / 2
        let box = Rectangle(
            x: layout.title.x, y: layout.title.y + line * half, width: layout.title.width, height: half)
        guard canvas.shows(box) else { return }
        let style = TextStyle(weight: 700, size: layout.text(25), alignment: .centre, placement: .middle)
        canvas.draw(
            text, canvas.fitted(style, to: text, width: box.width, smallest: layout.text(16)), WalletPalette.ink,
            in: box)
    }

    borrowing func drawPIN(_ stars: Int, into canvas: inout Canvas) {
        drawHeading("Enter your PIN", into: &canvas)
        drawHint("On the keypad, then OK", into: &canvas)
        drawField(into: &canvas)
        for (index, slot) in layout.pinSlots.enumerated() where canvas.shows(slot) {
            drawMark(in: layout.star(in: slot), isTyped: index < stars, into: &canvas)
        }
        drawWords("The terminal encrypts it. This application never sees it", unless: .none, into: &canvas)
        drawKeys([.cancel, .clear, .ok], into: &canvas)
    }

    borrowing func drawProof(_ entry: ProofEntry, into canvas: inout Canvas) {
        switch entry.kind {
        case .code:
            drawHeading("Code from your bank", into: &canvas)
            drawHint("Up to eight digits, then OK", into: &canvas)
        case .identifier:
            drawHeading("Identify yourself", into: &canvas)
            drawHint("Your identifier, then OK", into: &canvas)
        }
        drawField(into: &canvas)
        let text = typedProof(entry)
        if entry.kind == .code {
            drawCode(text, into: &canvas)
        } else {
            drawIdentifier(text, into: &canvas)
        }
        drawNote(entry.note, into: &canvas)
        drawKeys([.cancel, .clear, .ok], into: &canvas)
    }

    /// Large while it is short; two lines hold as much as there may be.
    private borrowing func drawIdentifier(_ text: String, into canvas: inout Canvas) {
        let box = layout.fieldText
        guard canvas.shows(box) else { return }
        let small = min(layout.text(22), Double(box.height) / 2.5)
        var style = TextStyle(weight: 600, size: layout.text(32), alignment: .centre, placement: .middle)
        style = canvas.fitted(style, to: text, width: box.width, smallest: small)
        style.wraps = style.size <= small
        style.lines = 2
        canvas.clipped(to: box) { $0.draw(text, style, WalletPalette.ink, in: box) }
    }

    /// Stars, and the last digit as it is: long enough to see that the right key was hit.
    private borrowing func drawCode(_ text: String, into canvas: inout Canvas) {
        let digits = Array(text)
        for (index, slot) in layout.codeSlots.enumerated() where canvas.shows(slot) {
            guard index == digits.count - 1 else {
                drawMark(in: layout.star(in: slot), isTyped: index < digits.count, into: &canvas)
                continue
            }
            canvas.draw(
                String(digits[index]),
                TextStyle(
                    weight: 700, size: layout.text(32), alignment: .centre, placement: .middle, tabularFigures: true),
                WalletPalette.ink, in: slot)
        }
    }

    /// A star, or the dot where one can come.
    private borrowing func drawMark(in box: Rectangle, isTyped: Bool, into canvas: inout Canvas) {
        if isTyped { return canvas.drawStar(in: box, colour: WalletPalette.ink) }
        let centre = Point(x: Double(box.x) + Double(box.width) / 2, y: Double(box.y) + Double(box.height) / 2)
        canvas.fill(
            .circle(centre: centre, radius: max(1.5, Double(box.width) * 0.15)), with: .solid(WalletPalette.line))
    }
}

extension AccountView {
    /// "…1111", of however it is masked.
    var lastDigits: String { "…" + String(masked.reversed().prefix { $0.isNumber }.prefix(4).reversed()) }
}
