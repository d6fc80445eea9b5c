import Correspondence
import Hold
import Measurements
import Pictures
import SecureChannel
import Wire

/// What is below the strip.
enum Showing: Equatable {
    case home
    case hold
    case stream
    case outcome(until: MonotonicTime)

    /// When the home screen comes back by itself.
    var deadline: MonotonicTime? {
        if case .outcome(let until) = self { return until }
        return nil
    }
}

/// Draws what the trusted environment shows. The screens of every row are made at the start, so that a launch only
/// copies pixels.
struct ScreenArtist {
    let layout: ScreenLayout
    let home: HomeScreen
    private let type: Typesetter
    private let holds: [String: HoldScreen]
    private let title: String

    init(size: PixelSize, records: StoredRecords, hasKeypad: Bool) {
        layout = ScreenLayout(size: size, type: records.type, hasKeypad: hasKeypad)
        type = Typesetter(small: records.small, body: records.body, title: records.title)
        let area = layout.stream.size
        let type = type
        // What no key may start is not offered to fingers.
        var offered = records.table
        offered.rows.removeAll { !$0.allows(launcher: .home) }
        home = HomeScreen(table: offered, logos: records.logos, size: area, type: type)
        var holds: [String: HoldScreen] = [:]
        for row in records.table.rows {
            holds[row.application] = HoldScreen(
                title: row.title, logo: records.logos[row.application], accent: row.accent, size: area, type: type)
        }
        self.holds = holds
        title = records.table.terminal
    }

    func homePicture() -> Picture { home.picture(size: layout.stream.size) }

    func holdPicture(_ row: CorrespondenceRow, status: String, isTrouble: Bool) -> Picture? {
        guard var hold = holds[row.application] else { return nil }
        hold.status = status
        hold.tone = isTrouble ? .trouble : .calm
        return hold.picture(size: layout.stream.size)
    }

    func outcomePicture(_ outcome: Outcome, title: String, invoice: Invoice?) -> Picture {
        OutcomeScreen(outcome: outcome, title: title, invoice: invoice, type: type).picture(size: layout.stream.size)
    }

    /// nil where the screen has no keypad, or is too small for one.
    func keypad(_ purpose: KeypadLayout.Purpose, _ order: DigitOrder) -> KeypadPanel? {
        guard let area = layout.keypad, let keys = KeypadLayout(area: area, purpose: purpose, order: order) else {
            return nil
        }
        return KeypadPanel(layout: keys, type: type)
    }

    func strip(title: String?, connection: Strip.Connection, entry: Strip.Entry) -> Picture {
        Strip(title: title ?? self.title, connection: connection, entry: entry, type: type)
            .picture(size: layout.strip.size)
    }
}
