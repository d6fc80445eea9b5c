internal import Pictures

/// How all cards of a home screen are laid out: alike, in one of two ways, so that every title is whole.
struct CardPlan: Equatable, Sendable {
    /// Cards on a full page.
    let count: Int
    /// Logo above the title, where there is room; else beside it.
    let isTall: Bool
    /// Sides of the logo's tile and of the number's cap.
    let side: Int
    let cap: Int
    /// From the card's edge, and between logo and title.
    let inset: Int
    let gap: Int
    /// The title's width, and its lines in either style.
    let room: Int
    private let bodyLines: Int
    private let smallLines: Int

    /// The most cards on a page on which all titles are whole, as many of them as can be in large letters. A title that
    /// no card holds is left out of account.
    static func best(titles: [String], size: (Int) -> PixelSize, most: Int, grid: Grid, _ type: Typesetter) -> CardPlan
    {
        // Full pages of these look even; on the only page any number does.
        let counts = [most, 9, 6, 4, 2].filter { $0 <= most }
        let pages = counts.map { plans(count: $0, size: size($0), grid, type) }
        let fitting = titles.filter { title in pages.joined().contains { $0.setting(title, type).isWhole } }
        for plans in pages {
            var best: (plan: CardPlan, large: Int)?
            for plan in plans {
                let settings = fitting.map { plan.setting($0, type) }
                guard settings.allSatisfy(\.isWhole) else { continue }
                let large = settings.count { $0.style == .body }
                if best.map({ $0.large < large }) ?? true { best = (plan, large) }
            }
            if let best { return best.plan }
        }
        return pages.joined().first ?? CardPlan(cramped: size(1), grid: grid)
    }

    /// The best first: large logos and large letters, then smaller ones.
    private static func plans(count: Int, size: PixelSize, _ grid: Grid, _ type: Typesetter) -> [CardPlan] {
        let (body, small) = (type.lineHeight(.body), type.lineHeight(.small))
        let tall = [(body, 8), (2 * body, 8), (2 * small, 6), (2 * body, 6), (3 * small, 5)].compactMap {
            CardPlan(tall: size, count: count, text: $0.0, least: $0.1 * grid.unit, grid: grid, type)
        }
        let beside = [10, 7, 5].compactMap {
            CardPlan(beside: size, count: count, most: $0 * grid.unit, grid: grid, type)
        }
        return tall + beside
    }

    /// Nil where a logo of the `least` size does not stand above lines of the height `text`.
    private init?(tall size: PixelSize, count: Int, text: Int, least: Int, grid: Grid, _ type: Typesetter) {
        guard size.width <= 3 * size.height else { return nil }
        self.count = count
        isTall = true
        cap = type.lineHeight(.body) * 5 / 4
        inset = 2 * grid.unit
        gap = 2 * grid.unit
        room = size.width - 4 * grid.unit
        // The cap stands in the corner, and the logo not on it.
        let clear = size.width - 2 * (inset + cap + grid.unit)
        side = min(size.height - text - 6 * grid.unit, size.width / 2, 17 * grid.unit, clear)
        bodyLines = text / type.lineHeight(.body)
        smallLines = text / type.lineHeight(.small)
        guard side >= least else { return nil }
    }

    /// Nil where there is no room for a logo, some letters and the number's cap in a row.
    private init?(beside size: PixelSize, count: Int, most: Int, grid: Grid, _ type: Typesetter) {
        let (body, small) = (type.lineHeight(.body), type.lineHeight(.small))
        self.count = count
        isTall = false
        side = max(min(size.height * 5 / 8, most), 16)
        cap = small * 5 / 4
        inset = min((size.height - side) / 2, grid.gap)
        gap = grid.unit * 3 / 2
        room = size.width - 2 * inset - side - gap - cap - grid.unit
        let left = size.height - 2 * grid.unit
        bodyLines = min(left / body, 3)
        smallLines = left / small
        guard smallLines >= 1, cap <= size.height - 2, room >= 4 * small else { return nil }
    }

    /// For a screen that is too small for anything else.
    private init(cramped size: PixelSize, grid: Grid) {
        (count, isTall, side, cap, inset, gap) = (1, false, 16, 16, grid.unit, grid.unit)
        room = max(size.width - 40 - 4 * grid.unit, 1)
        (bodyLines, smallLines) = (0, 1)
    }

    func setting(_ title: String, _ type: Typesetter) -> Setting {
        var choices: [(style: Typesetter.Style, lines: Int)] = []
        if bodyLines >= 1 { choices.append((.body, min(bodyLines, 3))) }
        choices.append((.small, max(smallLines, 1)))
        return type.setting(title, width: room, choices)
    }
}
