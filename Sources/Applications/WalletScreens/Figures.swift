internal import Drawing
internal import Pictures
internal import Wire

/// Drawings that say what to do.
extension Canvas {
    /// A square code between the corners of a viewfinder.
    mutating func drawScanning(in box: Rectangle) {
        guard shows(box) else { return }
        let side = min(Double(box.height), Double(box.width))
        let origin = Point(
            x: Double(box.x) + (Double(box.width) - side) / 2, y: Double(box.y) + (Double(box.height) - side) / 2)
        func at(_ x: Double, _ y: Double) -> Point { Point(x: origin.x + x * side, y: origin.y + y * side) }
        let corner = 0.2
        for (x, y) in [(0.03, 0.03), (0.97, 0.03), (0.03, 0.97), (0.97, 0.97)] {
            let (dx, dy) = (x < 0.5 ? corner : -corner, y < 0.5 ? corner : -corner)
            stroke(
                .polyline([at(x + dx, y), at(x, y), at(x, y + dy)]), with: .solid(WalletPalette.approved),
                width: side * 0.04)
        }
        // Whole pixels, so that the modules are square and sharp.
        let module = max(2, Int(side * 0.76) / Self.code.count)
        let left = Int(origin.x + side / 2) - module * Self.code.count / 2
        let top = Int(origin.y + side / 2) - module * Self.code.count / 2
        for (row, line) in Self.code.enumerated() {
            for (column, character) in line.enumerated() where character == "#" {
                fill(
                    Rectangle(x: left + column * module, y: top + row * module, width: module, height: module),
                    with: WalletPalette.ink)
            }
        }
    }

    /// Looks like a code and says nothing.
    private static var code: [String] {
        [
            "#######.#.#.#######", "#.....#..##.#.....#", "#.###.#.#...#.###.#", "#.###.#.##..#.###.#",
            "#.###.#..#.##.###.#", "#.....#.##..#.....#", "#######.#.#.#######", "........#.##.......",
            "#.##.##.#..###.#.##", ".#.#...##.#..##.#..", "##..#.###.##.#..###", ".##.#..#.#..##.#.#.",
            "........##.#..#.##.", "#######..#.###.#..#", "#.....#.#.#...##.#.", "#.###.#..##.#.#.###",
            "#.###.#.#..##..#..#", "#.....#.##.#.##.##.", "#######.#.##..#.#.#",
        ]
    }

    /// A card, and the waves between it and the reader.
    mutating func drawPresenting(in box: Rectangle) {
        guard shows(box) else { return }
        let height = min(Double(box.height) * 0.74, Double(box.width) * 0.42)
        let width = height * Self.cardShape
        let reach = height * 0.62
        let left = Double(box.x) + (Double(box.width) - width - reach) / 2
        let top = Double(box.y) + (Double(box.height) - height) / 2
        let card = Rectangle(
            x: Int(left.rounded()), y: Int(top.rounded()), width: Int(width.rounded()), height: Int(height.rounded()))
        drawBlankCard(in: card)
        let start = Point(x: Double(card.maxX) - height * 0.14, y: top + height / 2)
        for radius in [0.36, 0.56, 0.76] {
            var wave = Outline()
            let r = radius * height
            wave.move(to: Point(x: start.x + r * 0.766, y: start.y - r * 0.643))
            wave.arc(centre: start, radius: r, from: -40 * .pi / 180, to: 40 * .pi / 180)
            stroke(wave, with: .solid(WalletPalette.approved), width: height * 0.06)
        }
    }

    /// Of ISO/IEC 7810, ID-1: 85.60 by 53.98 mm.
    private static var cardShape: Double { 85.6 / 53.98 }

    private mutating func drawBlankCard(in box: Rectangle) {
        let height = Double(box.height)
        fill(.rounded(box, radius: height * 0.11), with: .solid(WalletPalette.panel))
        let chip = Rectangle(
            x: box.x + Int(height * 0.16), y: box.y + Int(height * 0.36), width: max(6, Int(height * 0.25)),
            height: max(5, Int(height * 0.2)))
        fill(.rounded(chip, radius: height * 0.045), with: .solid(WalletPalette.mint))
        let line = max(1, box.height / 60)
        fill(
            Rectangle(x: chip.x, y: chip.y + (chip.height - line) / 2, width: chip.width, height: line),
            with: WalletPalette.panel)
        fill(
            Rectangle(x: chip.x + (chip.width - line) / 2, y: chip.y, width: line, height: chip.height),
            with: WalletPalette.panel)
    }

    /// The card that is paid with, as far as it is known here.
    mutating func drawBankCard(_ account: AccountView, in box: Rectangle, smallest: Double) {
        guard shows(box) else { return }
        let height = min(Double(box.height), Double(box.width) * 0.84 / Self.cardShape)
        let width = Int((height * Self.cardShape).rounded())
        let card = Rectangle(
            x: box.x + (box.width - width) / 2, y: box.y + (box.height - Int(height)) / 2, width: width,
            height: Int(height))
        drawBlankCard(in: card)
        let margin = Int(height * 0.16)
        let line = Int(height * 0.22)
        let row = (x: card.x + margin, width: card.width - 2 * margin)
        let name = TextStyle(weight: 600, size: max(smallest, height * 0.12), placement: .middle)
        draw(
            account.label, fitted(name, to: account.label, width: row.width, smallest: smallest), WalletPalette.onPanel,
            in: Rectangle(x: row.x, y: card.y + Int(height * 0.09), width: row.width, height: line))
        var figures = TextStyle(
            weight: 600, size: max(smallest, height * 0.13), placement: .middle, tabularFigures: true)
        let foot = Rectangle(x: row.x, y: card.maxY - line - Int(height * 0.09), width: row.width, height: line)
        draw("•••• " + account.lastDigits.dropFirst(), figures, WalletPalette.onPanel, in: foot)
        guard let expiry = account.expiry else { return }
        figures.alignment = .trailing
        figures.weight = 500
        draw(expiry.text, figures, WalletPalette.onPanelSoft, in: foot)
    }
}

extension CardDate {
    /// As it is printed on cards: "12/27".
    fileprivate var text: String { "\(month < 10 ? "0" : "")\(month)/\(year < 10 ? "0" : "")\(year)" }
}
