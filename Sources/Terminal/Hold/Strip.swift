public import Pictures

/// The line above every picture that no application can paint: whose pictures these are, whether the channel is secure,
/// and where keys go.
public struct Strip: Screen, Equatable, Sendable {
    public enum Connection: Equatable, Sendable {
        case connecting
        /// Both certificates are accepted and the channel stands.
        case secure
        /// The server does not answer.
        case away
        /// The picture below is the last one before the channel broke.
        case stale
    }

    public enum Entry: Equatable, Sendable {
        /// No application runs: keys are the home screen's.
        case home
        /// An application runs and takes no keys.
        case closed
        /// Keys go to the application.
        case keys
        /// Digits stay in the terminal: so many of them are typed. `account` says whose PIN it is.
        case pin(account: String, digits: Int)
        /// A card may be presented.
        case card
        /// Keys go to the application, and a card may be presented.
        case keysOrCard
        /// The card on the reader must stay.
        case reading
        /// A code or a tag may be presented.
        case code
        /// Keys go to the application, and a code or a tag may be presented.
        case keysOrCode
    }

    public var title: String
    public var connection: Connection
    public var entry: Entry
    private let type: Typesetter

    public init(title: String, connection: Connection, entry: Entry, type: Typesetter) {
        self.title = title
        self.connection = connection
        self.entry = entry
        self.type = type
    }

    public func draw(into picture: inout Picture) {
        let (width, height) = (picture.size.width, picture.size.height)
        picture.fill(picture.size.bounds, with: Theme.strip)
        let line = connection == .stale ? Theme.caution : Theme.cardEdge
        picture.fill(Rectangle(x: 0, y: height - 1, width: width, height: 1), with: line)

        let margin = max(width / 50, 10)
        let side = height / 2
        let gap = side / 2
        let middle = (height - 1 - type.lineHeight(.small)) / 2
        let icon = connection == .secure ? Icon.lock : Icon.openLock
        icon.draw(into: &picture, x: margin, y: (height - side) / 2, side: side, colour: colour)

        let state = words
        let stateWidth = type.width(of: state, .small)
        let stateX = width - margin - stateWidth
        type.draw(state, .small, in: &picture, x: stateX, y: middle, width: stateWidth, colour: Theme.quiet)
        let dot = Float(height) / 8
        let dotX = stateX - gap - 2
        picture.paint(
            colour, in: Rectangle(x: dotX - side / 2, y: 0, width: side, height: height),
            centre: (Float(dotX), Float(height - 1) / 2)
        ) { Distance.circle($0, $1, radius: dot) }

        let titleX = margin + side + gap
        let right = dotX - side
        var titleRoom = right - titleX
        if let entrySign {
            // Where keys go is said in as many words as leave room for the whole title, or else for an eighth of the
            // strip.
            let most = right - titleX - side - 3 * gap
            let whole = most - type.width(of: title, .small)
            let words =
                type.first(of: entryWords, .small, width: whole)
                ?? type.first(of: entryWords, .small, width: most - width / 8) ?? ""
            let wordsWidth = type.width(of: words, .small)
            let entryWidth = side + (wordsWidth > 0 ? gap + wordsWidth : 0)
            // In the middle, or beside a title that reaches farther, where the state leaves room.
            let titleEnd = titleX + type.width(of: title, .small) + gap
            let entryX = max(min(max((width - entryWidth) / 2, titleEnd), right - entryWidth), titleX + width / 8)
            titleRoom = entryX - gap - titleX
            entrySign.icon.draw(
                into: &picture, x: entryX, y: (height - side) / 2, side: side, colour: entrySign.colour)
            type.draw(
                words, .small, in: &picture, x: entryX + side + gap, y: middle, width: wordsWidth,
                colour: entrySign.colour)
        }
        type.draw(title, .small, in: &picture, x: titleX, y: middle, width: titleRoom, colour: Theme.text)
    }

    private var words: String {
        switch connection {
        case .connecting: "Connecting"
        case .secure: "Secure"
        case .away: "Offline"
        case .stale: "Reconnecting"
        }
    }

    private var colour: Colour {
        switch connection {
        case .connecting: Theme.notice
        case .secure: Theme.good
        case .away, .stale: Theme.caution
        }
    }

    private var entrySign: (icon: Icon, colour: Colour)? {
        switch entry {
        case .home: nil
        case .closed: (.stop, Theme.quiet)
        case .keys: (.keypad, Theme.notice)
        case .pin: (.lock, Theme.notice)
        case .card, .reading, .code, .keysOrCard, .keysOrCode: (.card, Theme.notice)
        }
    }

    /// The same in fewer and fewer words.
    private var entryWords: [String] {
        switch entry {
        case .home: []
        case .closed: ["Keypad off"]
        case .keys: ["Keys go to the application", "Keys to application", "Keys on"]
        case .pin(let account, let digits):
            ["PIN of \(account)", "PIN"].map { digits > 0 ? $0 + "  " + String(repeating: "•", count: digits) : $0 }
        case .card: ["Present a card", "Card"]
        case .reading: ["Reading the card: hold it still", "Hold it still"]
        case .code: ["Present a code", "Code"]
        case .keysOrCard: ["A card, or keys to the application", "Card, or keys"]
        case .keysOrCode: ["A code, or keys to the application", "Code, or keys"]
        }
    }
}
