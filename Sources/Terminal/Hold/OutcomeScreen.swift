public import Pictures
public import Wire

/// How a session ended: a sign, the word for it, the amount if there was one, and the reason.
public struct OutcomeScreen: Screen, Equatable, Sendable {
    public let outcome: Outcome
    /// One line at the bottom: the application's title, until the program has a better one.
    public var footer: String
    private let invoice: Invoice?
    private let type: Typesetter

    /// `title` is the application's; `invoice` what was to be paid, if anything.
    public init(outcome: Outcome, title: String, invoice: Invoice?, type: Typesetter) {
        self.outcome = outcome
        footer = title
        self.invoice = invoice
        self.type = type
    }

    public func draw(into picture: inout Picture) {
        let grid = Grid(picture.size)
        let (width, height) = (picture.size.width, picture.size.height)
        picture.fill(picture.size.bounds, with: Theme.ground)
        let room = min(width - 2 * grid.margin, 80 * grid.unit)
        let left = (width - room) / 2
        let lines = type.wrapped(detail, .body, width: room, lines: 3)
        let side = min(width, height) / 4
        let amount = amountLine
        let lineHeight = type.lineHeight(.body) + grid.unit / 2
        let amountHeight = amount == nil ? 0 : lineHeight + grid.unit
        let stack =
            side + 3 * grid.unit + type.lineHeight(.title) + grid.unit + amountHeight + lines.count * lineHeight
        var y = max((height - stack) / 2 - grid.unit, grid.unit)
        drawSign(into: &picture, x: (width - side) / 2, y: y, side: side)
        y += side + 3 * grid.unit
        type.draw(word, .title, in: &picture, x: left, y: y, width: room, alignment: .centre, colour: Theme.text)
        y += type.lineHeight(.title) + grid.unit
        if let amount {
            type.draw(amount, .body, in: &picture, x: left, y: y, width: room, alignment: .centre, colour: Theme.text)
            y += amountHeight
        }
        for line in lines {
            type.draw(line, .body, in: &picture, x: left, y: y, width: room, alignment: .centre, colour: Theme.quiet)
            y += lineHeight
        }
        let bottom = height - grid.gap - type.lineHeight(.small)
        if bottom >= y + grid.unit {
            type.draw(
                footer, .small, in: &picture, x: left, y: bottom, width: room, alignment: .centre, colour: Theme.quiet)
        }
    }

    private func drawSign(into picture: inout Picture, x: Int, y: Int, side: Int) {
        let radius = Float(side) / 2
        let (colour, sign) = sign
        picture.paint(
            colour, in: Rectangle(x: x, y: y, width: side, height: side),
            centre: (Float(x) + radius, Float(y) + radius)
        ) { Distance.circle($0, $1, radius: radius) }
        let inner = side * 3 / 4
        let inset = (side - inner) / 2
        sign.draw(into: &picture, x: x + inset, y: y + inset, side: inner, colour: Theme.ground)
    }

    private var sign: (Colour, Icon) {
        switch outcome {
        case .approved, .ended: (Theme.good, .check)
        case .declined: (Theme.bad, .cross)
        case .needsMore: (Theme.notice, .ellipsis)
        case .cancelled: (Theme.quiet, .stop)
        case .failed: (Theme.caution, .exclamation)
        }
    }

    private var word: String {
        switch outcome {
        case .approved: "Approved"
        case .declined: "Declined"
        case .needsMore: "More is needed"
        case .ended: "Finished"
        case .cancelled: "Cancelled"
        case .failed: "Not completed"
        }
    }

    private var detail: String {
        switch outcome {
        case .approved(let reference): reference.isEmpty ? "" : "Reference \(reference)"
        case .declined(let reason), .failed(let reason): reason
        case .needsMore(let request): request
        case .ended: ""
        case .cancelled: invoice == nil ? "" : "Nothing was paid"
        }
    }

    private var amountLine: String? {
        guard let invoice, outcome != .ended else { return nil }
        return "\(AmountText.text(invoice)) to \(invoice.merchant)"
    }
}
