public import Pictures

/// Where everything stands, for any picture from 320×200 up: the invoice's panel on the left, the card on the right.
public struct WalletLayout: Equatable, Sendable {
    public let size: PixelSize
    /// 1 at 800×448.
    let scale: Double

    public let panel: Rectangle
    let brand: Rectangle
    let amountLabel: Rectangle
    /// The amount's line; the digits shrink to fit its width.
    public let amount: Rectangle
    public let merchant: Rectangle
    /// Label above value, twice.
    let account: Rectangle
    let identifier: Rectangle

    public let card: Rectangle
    let heading: Rectangle
    let hint: Rectangle
    /// The four code cells.
    public let cells: [Rectangle]
    /// Inside each cell: all that a key changes.
    public let stars: [Rectangle]
    public let note: Rectangle
    /// Cancel, clear, OK.
    let keys: [Rectangle]

    let icon: Rectangle
    let answer: Rectangle
    let detail: Rectangle

    public init(size: PixelSize) {
        let width = Double(size.width)
        let height = Double(size.height)
        let scale = min(width / 800, height / 448)
        func px(_ value: Double) -> Int { Int((value * scale).rounded()) }
        self.size = size
        self.scale = scale

        // Left: brand at the top, amount and merchant in the middle, the fine print at the bottom.
        let panelWidth = Int((width * 0.46).rounded())
        panel = Rectangle(x: 0, y: 0, width: panelWidth, height: size.height)
        let margin = max(14, px(40))
        let inner = panelWidth - margin - max(10, px(28))
        let fine = max(28, px(44))
        brand = Rectangle(x: margin, y: max(12, px(34)), width: inner, height: max(18, px(30)))
        identifier = Rectangle(
            x: margin, y: size.height - max(12, px(32)) - fine, width: inner, height: fine)
        account = Rectangle(x: margin, y: identifier.y - fine - max(4, px(12)), width: inner, height: fine)
        let label = max(15, px(24))
        let digits = max(40, px(82))
        let names = max(22, px(36))
        let between = account.y - brand.maxY
        let top = brand.maxY + max(0, (between - label - digits - names) / 2)
        amountLabel = Rectangle(x: margin, y: top, width: inner, height: label)
        amount = Rectangle(x: margin, y: amountLabel.maxY, width: inner, height: digits)
        merchant = Rectangle(x: margin, y: amount.maxY, width: inner, height: names)

        // Right: one card, its rows spread over the height.
        let gap = max(8, px(24))
        card = Rectangle(
            x: panelWidth + gap, y: gap, width: size.width - panelWidth - 2 * gap, height: size.height - 2 * gap)
        let padding = max(10, px(30))
        let row = (x: card.x + padding, width: card.width - 2 * padding)
        let cellGap = max(8, px(14))
        let cellWidth = min((row.width - 3 * cellGap) / 4, max(40, px(68)))
        let cellHeight = min(max(46, px(84)), cellWidth * 5 / 4)
        let heights = [max(22, px(36)), max(16, px(24)), cellHeight, max(16, px(24)), max(24, px(42))]
        // Weights of the spaces above each row and below the last one.
        let weights = [0.0, 0.1, 1, 0.5, 1, 0]
        let free = Double(card.height - 2 * padding - heights.reduce(0, +))
        var ys: [Int] = []
        var y = Double(card.y + padding)
        for (index, height) in heights.enumerated() {
            y += max(0, free) * weights[index] / weights.reduce(0, +)
            ys.append(Int(y.rounded()))
            y += Double(height)
        }
        heading = Rectangle(x: row.x, y: ys[0], width: row.width, height: heights[0])
        hint = Rectangle(x: row.x, y: ys[1], width: row.width, height: heights[1])
        let cellsWidth = 4 * cellWidth + 3 * cellGap
        let cellsLeft = card.x + (card.width - cellsWidth) / 2
        let cellsTop = ys[2]
        cells = (0..<4).map {
            Rectangle(
                x: cellsLeft + $0 * (cellWidth + cellGap), y: cellsTop, width: cellWidth, height: cellHeight)
        }
        // Every pixel of edge is coded for every key: a star of half the size costs half the bytes.
        let star = max(16, min(cellWidth, cellHeight) * 4 / 15 & ~1)
        stars = cells.map {
            Rectangle(x: $0.x + ($0.width - star) / 2, y: $0.y + ($0.height - star) / 2, width: star, height: star)
        }
        note = Rectangle(x: row.x, y: ys[3], width: row.width, height: heights[3])
        let keyGap = max(6, px(12))
        let keyWidth = (row.width - 2 * keyGap) / 3
        let keysTop = ys[4]
        keys = (0..<3).map {
            Rectangle(x: row.x + $0 * (keyWidth + keyGap), y: keysTop, width: keyWidth, height: heights[4])
        }

        // The answer takes the card's place.
        let side = max(64, px(124))
        let answerHeight = max(28, px(46))
        let detailHeight = max(44, px(84))
        // Most details are one line or two: centred as if it were one and a half.
        let block = side + max(8, px(22)) + answerHeight + detailHeight / 2
        let blockTop = card.y + max(padding, (card.height - block) / 2)
        icon = Rectangle(x: card.x + (card.width - side) / 2, y: blockTop, width: side, height: side)
        answer = Rectangle(x: row.x, y: icon.maxY + max(8, px(22)), width: row.width, height: answerHeight)
        detail = Rectangle(x: row.x, y: answer.maxY + max(2, px(6)), width: row.width, height: detailHeight)
    }

    /// A text size: `base` at 800×448, and never too small to read.
    func text(_ base: Double) -> Double { max(base * scale, min(base * 0.86, 12.5)) }
}
