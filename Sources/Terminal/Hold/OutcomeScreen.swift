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
        // Lines of about 40 letters at most: longer ones are harder to follow.
        let room = min(width - 2 * grid.margin, max(80 * grid.unit, 16 * type.lineHeight(.body)))
        let left = (width - room) / 2
        let bottom = height - grid.gap - type.lineHeight(.small)
        let plan = plan(grid, room: room, size: picture.size, bottom: bottom)
        var y = max((height - plan.height) / 2 - grid.unit, grid.unit)
        if plan.hasFooter, y + plan.height > bottom - grid.unit { y = max(bottom - grid.unit - plan.height, grid.unit) }

        let side = plan.side
        let title = type.lineHeight(.title)
        if plan.isBeside {
            // Sign and word in one row.
            let used = side + grid.gap + type.width(of: word, .title)
            let x = left + max((room - used) / 2, 0)
            let row = max(side, title)
            drawSign(into: &picture, x: x, y: y + (row - side) / 2, side: side)
            type.draw(
                word, .title, in: &picture, x: x + side + grid.gap, y: y + (row - title) / 2,
                width: room - side - grid.gap, colour: Theme.text)
            y += row + grid.unit
        } else {
            drawSign(into: &picture, x: (width - side) / 2, y: y, side: side)
            y += side + plan.gap
            type.draw(word, .title, in: &picture, x: left, y: y, width: room, alignment: .centre, colour: Theme.text)
            y += title + grid.unit
        }
        let spacing = grid.unit / 2
        if !plan.amount.lines.isEmpty {
            type.draw(
                plan.amount, in: &picture, x: left, y: y, width: room, spacing: spacing, alignment: .centre,
                colour: Theme.text)
            y += type.height(of: plan.amount, spacing: spacing) + grid.unit
        }
        type.draw(
            plan.detail, in: &picture, x: left, y: y, width: room, spacing: spacing, alignment: .centre,
            colour: Theme.quiet)
        if plan.hasFooter {
            type.draw(
                footer, .small, in: &picture, x: left, y: bottom, width: room, alignment: .centre, colour: Theme.quiet)
        }
    }

    private struct Plan {
        /// The sign stands beside the word, not above it.
        var isBeside: Bool
        var side: Int
        /// Between the sign and the word below it.
        var gap: Int
        var amount: Setting
        var detail: Setting
        var height: Int
        var hasFooter: Bool
        var isWhole: Bool { amount.isWhole && detail.isWhole }
    }

    /// The first of several ways to stand in the picture that leaves out nothing: first with large letters, then with
    /// the sign beside the word, then with small letters, then without the footer, which the strip says as well. The
    /// last leaves out what it must.
    private func plan(_ grid: Grid, room: Int, size: PixelSize, bottom: Int) -> Plan {
        let ways: [(isBeside: Bool, style: Typesetter.Style, hasFooter: Bool)] = [
            (false, .body, true), (true, .body, true), (false, .small, true), (true, .small, true),
            (true, .small, false),
        ]
        let shorter = min(size.width, size.height)
        var last: Plan?
        for (isBeside, style, hasFooter) in ways {
            let height = hasFooter ? bottom - 2 * grid.unit : size.height - 2 * grid.unit
            var plan = plan(grid, isBeside: isBeside, style, room: room, height: height, shorter: shorter)
            plan.hasFooter = hasFooter
            if plan.isWhole, plan.height <= height { return plan }
            last = plan
        }
        guard let last else { preconditionFailure("there is a way to stand") }
        return last
    }

    private func plan(
        _ grid: Grid, isBeside: Bool, _ style: Typesetter.Style, room: Int, height: Int, shorter: Int
    ) -> Plan {
        let title = type.lineHeight(.title)
        let side = isBeside ? title * 5 / 4 : shorter / 4
        let gap = shorter < 300 ? 2 * grid.unit : 3 * grid.unit
        let spacing = grid.unit / 2
        var used = (isBeside ? max(side, title) : side + gap + title) + grid.unit
        let amount = type.setting(amountLine ?? "", width: room, style == .body ? [(.body, 1)] : [(.small, 2)])
        if !amount.lines.isEmpty { used += type.height(of: amount, spacing: spacing) + grid.unit }
        let most = (height - used + spacing) / (type.lineHeight(style) + spacing)
        let detail = type.setting(detail, width: room, [(style, most)])
        return Plan(
            isBeside: isBeside, side: side, gap: gap, amount: amount, detail: detail,
            height: used + type.height(of: detail, spacing: spacing), hasFooter: true)
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
