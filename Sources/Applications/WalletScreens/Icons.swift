public import Drawing
public import Pictures

/// A sign in a disc.
enum Icon: Sendable { case check, cross, information, exclamation, working }

extension WalletLayout {
    var cornerRadius: Double { max(12, 22 * scale) }
}

extension Canvas {
    /// An asterisk of six arms that fills `box` but for a margin.
    mutating func drawStar(in box: Rectangle, colour: Colour) {
        let centre = Point(x: Double(box.x) + Double(box.width) / 2, y: Double(box.y) + Double(box.height) / 2)
        let width = Double(box.width) * 0.17
        let radius = Double(box.width) * 0.46 - width / 2
        var arms = Outline()
        // Cosines and sines of 90°, 30° and -30°, so that one arm stands upright.
        for (x, y) in [(0.0, 1.0), (0.866_025_4, 0.5), (0.866_025_4, -0.5)] {
            arms.move(to: Point(x: centre.x - x * radius, y: centre.y - y * radius))
            arms.line(to: Point(x: centre.x + x * radius, y: centre.y + y * radius))
        }
        stroke(arms, with: .solid(colour), width: width)
    }

    mutating func draw(_ icon: Icon, in box: Rectangle, ground: Colour, ink: Colour) {
        guard shows(box) else { return }
        let side = Double(box.width)
        func at(_ x: Double, _ y: Double) -> Point { Point(x: Double(box.x) + x * side, y: Double(box.y) + y * side) }
        fill(.circle(centre: at(0.5, 0.5), radius: side / 2), with: .solid(ground))
        let width = side * 0.095
        switch icon {
        case .check:
            stroke(.polyline([at(0.29, 0.52), at(0.44, 0.67), at(0.72, 0.36)]), with: .solid(ink), width: width)
        case .cross:
            stroke(.polyline([at(0.34, 0.34), at(0.66, 0.66)]), with: .solid(ink), width: width)
            stroke(.polyline([at(0.66, 0.34), at(0.34, 0.66)]), with: .solid(ink), width: width)
        case .information:
            fill(.circle(centre: at(0.5, 0.29), radius: width * 0.62), with: .solid(ink))
            stroke(.polyline([at(0.5, 0.47), at(0.5, 0.73)]), with: .solid(ink), width: width)
        case .exclamation:
            stroke(.polyline([at(0.5, 0.27), at(0.5, 0.53)]), with: .solid(ink), width: width)
            fill(.circle(centre: at(0.5, 0.71), radius: width * 0.62), with: .solid(ink))
        case .working:
            for x in [0.3, 0.5, 0.7] { fill(.circle(centre: at(x, 0.5), radius: width * 0.66), with: .solid(ink)) }
        }
    }
}

extension Payment {
    /// Rings in the panel's corner, in a tone that no text minds.
    borrowing func drawOrnament(into canvas: inout Canvas) {
        let panel = layout.panel
        canvas.clipped(to: panel) { canvas in
            let centre = Point(x: Double(panel.maxX), y: Double(panel.maxY))
            let unit = Double(panel.height)
            for radius in [0.34, 0.62, 0.90] {
                canvas.stroke(
                    .circle(centre: centre, radius: radius * unit), with: .solid(WalletPalette.panelTone),
                    width: unit * 0.14)
            }
        }
    }

    /// The wallet's mark and name.
    borrowing func drawBrand(into canvas: inout Canvas) {
        let box = layout.brand
        guard canvas.shows(box) else { return }
        let side = box.height
        let mark = Rectangle(x: box.x, y: box.y, width: side, height: side)
        canvas.drawWalletMark(in: mark, ground: WalletPalette.mint, ink: WalletPalette.panel)
        let gap = max(6, side / 3)
        canvas.draw(
            "Wallet", TextStyle(weight: 600, size: layout.text(19), placement: .middle), WalletPalette.onPanel,
            in: Rectangle(x: box.x + side + gap, y: box.y, width: box.width - side - gap, height: side))
    }
}

extension Canvas {
    /// A wallet in a rounded square: a body with a flap line and a clasp.
    public mutating func drawWalletMark(in box: Rectangle, ground: Colour, ink: Colour) {
        let side = Double(box.width)
        func at(_ x: Double, _ y: Double) -> Point { Point(x: Double(box.x) + x * side, y: Double(box.y) + y * side) }
        func area(_ x: Double, _ y: Double, _ width: Double, _ height: Double, radius: Double) -> Outline {
            var result = Outline()
            let r = radius * side
            result.move(to: at(x + radius, y))
            result.arc(centre: at(x + width - radius, y + radius), radius: r, from: -.pi / 2, to: 0)
            result.arc(centre: at(x + width - radius, y + height - radius), radius: r, from: 0, to: .pi / 2)
            result.arc(centre: at(x + radius, y + height - radius), radius: r, from: .pi / 2, to: .pi)
            result.arc(centre: at(x + radius, y + radius), radius: r, from: .pi, to: .pi * 1.5)
            result.close()
            return result
        }
        fill(.rounded(box, radius: side * 0.23), with: .solid(ground))
        fill(area(0.2, 0.29, 0.6, 0.45, radius: 0.085), with: .solid(ink))
        fill(area(0.27, 0.385, 0.53, 0.05, radius: 0.02), with: .solid(ground))
        fill(area(0.585, 0.5, 0.215, 0.13, radius: 0.065), with: .solid(ground))
        fill(.circle(centre: at(0.655, 0.565), radius: side * 0.03), with: .solid(ink))
    }
}
