public import Pictures

/// The rows of the states other than the code's entry. Heading, cells and keys stand where they stand there, so that
/// nothing jumps from one state to the next.
extension WalletLayout {
    private var gap: Int { max(4, px(12)) }
    private func px(_ value: Double) -> Int { Int((value * scale).rounded()) }

    /// A heading of two lines.
    var title: Rectangle {
        Rectangle(x: heading.x, y: heading.y, width: heading.width, height: max(40, px(68)))
    }

    /// Two lines above the keys: what to do, or what went wrong.
    var words: Rectangle {
        let height = max(32, px(50))
        return Rectangle(x: heading.x, y: keys[0].y - max(8, px(14)) - height, width: heading.width, height: height)
    }

    /// Whatever a note changes.
    public var notes: Rectangle { note.union(words) }

    /// For a drawing below `heading` or `title`.
    func figure(below top: Rectangle) -> Rectangle {
        let y = top.maxY + gap
        return Rectangle(x: heading.x, y: y, width: heading.width, height: words.y - gap - y)
    }

    /// A box for what is typed, as high as the code's cells and as wide as the card allows.
    var field: Rectangle {
        Rectangle(x: heading.x, y: cells[0].y, width: heading.width, height: cells[0].height)
    }

    /// Inside it: all that a key changes.
    public var fieldText: Rectangle {
        let margin = max(5, px(10))
        return Rectangle(
            x: field.x + margin, y: field.y + 4, width: field.width - 2 * margin, height: field.height - 8)
    }

    /// Whatever a digit of an amount changes.
    public var amountEntry: Rectangle { fieldText.union(notes) }

    /// A place for each digit of a PIN, and of a one-time code.
    public var pinSlots: [Rectangle] { slots(12) }
    public var codeSlots: [Rectangle] { slots(8) }

    private func slots(_ count: Int) -> [Rectangle] {
        let box = fieldText
        let width = box.width / count
        let left = box.x + (box.width - count * width) / 2
        return (0..<count).map { Rectangle(x: left + $0 * width, y: box.y, width: width, height: box.height) }
    }

    /// Of the size that stars have everywhere, where there is room.
    public func star(in slot: Rectangle) -> Rectangle {
        let side = min(stars[0].width, slot.width * 5 / 6) & ~1
        return Rectangle(
            x: slot.x + (slot.width - side) / 2, y: slot.y + (slot.height - side) / 2, width: side, height: side)
    }

    /// Places for one, two or three keys in the row of the keys; one alone stands in the middle.
    func keys(_ count: Int) -> [Rectangle] {
        let row = Rectangle(x: heading.x, y: keys[0].y, width: heading.width, height: keys[0].height)
        switch count {
        case 1: return [keys[1]]
        case 2:
            let half = (row.width - (keys[1].x - keys[0].maxX)) / 2
            return [row.x, row.maxX - half].map { Rectangle(x: $0, y: row.y, width: half, height: row.height) }
        default: return keys
        }
    }

    // MARK: receipt

    private var receiptSign: Int { max(36, px(68)) }

    var receiptIcon: Rectangle {
        Rectangle(
            x: card.x + (card.width - receiptSign) / 2, y: heading.y, width: receiptSign, height: receiptSign)
    }

    var receiptTitle: Rectangle {
        Rectangle(x: heading.x, y: receiptIcon.maxY + max(2, px(6)), width: heading.width, height: max(26, px(44)))
    }

    var slip: Rectangle {
        let y = receiptTitle.maxY + max(3, px(10))
        return Rectangle(x: heading.x, y: y, width: heading.width, height: keys[0].maxY - y)
    }

    /// So many lines of the slip.
    func slipRows(_ count: Int) -> [Rectangle] {
        let margin = (x: max(8, px(18)), y: max(3, px(10)))
        let height = min(max(20, px(38)), (slip.height - 2 * margin.y) / max(1, count))
        let top = slip.y + (slip.height - count * height) / 2
        return (0..<count).map {
            Rectangle(
                x: slip.x + margin.x, y: top + $0 * height, width: slip.width - 2 * margin.x, height: height)
        }
    }
}
