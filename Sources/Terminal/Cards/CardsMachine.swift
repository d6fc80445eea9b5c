/// Decides what is read when. Pure: what was seen goes in, what to do comes out.
///
///     disarmed ──arm──▶ armed ──one card, not read yet──▶ reading ──done──▶ disarmed
///        ▲               │ ▲                               │ │ │
/// │ │ └── failed: this card is spent ─┘ │ └─ deadline: thread given up, reader stuck until it ends
///
///        └───disarm──────┴───────────── disarm: result unwanted ┘
///
/// A spent card is read again when it was taken away and laid down again, or when the order is given anew. With cards
/// on two readers none is begun; a second card during a read changes nothing but is told.
package struct CardsMachine {
    /// A reader, as the card service last described it.
    package struct Seen: Equatable, Sendable {
        package var name: String
        package var hasCard: Bool
        /// Insertions and removals so far.
        package var changes: Int

        package init(name: String, hasCard: Bool, changes: Int) {
            self.name = name
            self.hasCard = hasCard
            self.changes = changes
        }
    }

    package enum Sight: Equatable, Sendable {
        case serviceGone
        case readers([Seen])
    }

    package enum Action: Equatable {
        case tell(CardEvent)
        /// Begin to read the card there.
        case read(reader: String)
        /// The result of the read that is going on is not wanted any more.
        case cancel
    }

    private enum Activity: Equatable {
        case idle
        case reading(Seen, isWanted: Bool)
    }

    package private(set) var sight = Sight.serviceGone
    package private(set) var isArmed = false
    private var activity = Activity.idle
    /// Cards that were tried, by their reader, with its count of changes then.
    private var spent: [String: Int] = [:]
    /// Readers of calls that never came back.
    private var stuck: [String] = []
    private var hasToldTwo = false
    private var hasToldStuck = false

    package init() {}

    /// A read is going on, and its result is wanted.
    package var isWanted: Bool {
        if case .reading(_, let isWanted) = activity { return isWanted }
        return false
    }

    package var readers: [Seen] {
        if case .readers(let readers) = sight { return readers }
        return []
    }

    package mutating func arm() -> [Action] {
        isArmed = true
        spent = [:]
        hasToldTwo = false
        hasToldStuck = false
        return consider()
    }

    package mutating func disarm() -> [Action] {
        isArmed = false
        return drop()
    }

    /// The service was looked at.
    package mutating func see(_ new: Sight) -> [Action] {
        let before = readers
        let wasThere = sight != .serviceGone
        sight = new
        var actions: [Action] = []
        if !wasThere && new != .serviceGone { actions.append(.tell(.serviceBack)) }
        for old in before { actions += leave(old) }
        for now in readers { actions += arrive(now, before.first { $0.name == now.name }) }
        if wasThere && new == .serviceGone { actions.append(.tell(.serviceGone)) }
        return actions + consider()
    }

    /// The read has ended.
    package mutating func finish(_ figures: CardFigures, _ failure: CardFailure?) -> [Action] {
        guard case .reading(let reader, let isWanted) = activity else { return [] }
        activity = .idle
        guard isWanted else { return consider() }
        guard let failure else {
            isArmed = false
            return [.tell(.finished(reader: reader.name, figures))]
        }
        spent[reader.name] = reader.changes
        return [.tell(.fault(failure))] + consider()
    }

    /// The read's call did not come back in time, and its thread was given up.
    package mutating func giveUp(_ failure: CardFailure) -> [Action] {
        guard case .reading(let reader, _) = activity else { return [] }
        stuck.append(reader.name)
        return finish(CardFigures(), failure)
    }

    /// A thread that was given up has ended: its reader works again.
    package mutating func recover(_ reader: String) -> [Action] {
        if let index = stuck.firstIndex(of: reader) { stuck.remove(at: index) }
        return consider()
    }

    /// The result of the read that is going on will be dropped.
    private mutating func drop() -> [Action] {
        guard case .reading(let reader, true) = activity else { return [] }
        activity = .reading(reader, isWanted: false)
        return [.cancel]
    }

    private mutating func leave(_ old: Seen) -> [Action] {
        let now = readers.first { $0.name == old.name }
        var actions: [Action] = []
        if old.hasCard && !(now?.hasCard == true && now?.changes == old.changes) {
            if case .reading(let reader, true) = activity, reader.name == old.name {
                // The call may take its time to notice.
                let failure: CardFailure = now != nil ? .removed : sight == .serviceGone ? .serviceGone : .readerGone
                actions += drop() + [.tell(.fault(failure))]
            }
            spent[old.name] = nil
            actions.append(.tell(.cardRemoved(reader: old.name)))
        }
        if now == nil { actions.append(.tell(.readerGone(old.name))) }
        return actions
    }

    private mutating func arrive(_ now: Seen, _ old: Seen?) -> [Action] {
        let isNew = now.hasCard && !(old?.hasCard == true && old?.changes == now.changes)
        return (old == nil ? [.tell(.readerPresent(now.name))] : [])
            + (isNew ? [.tell(.cardPresent(reader: now.name))] : [])
    }

    private mutating func consider() -> [Action] {
        let cards = readers.filter(\.hasCard)
        if cards.count < 2 { hasToldTwo = false }
        guard isArmed else { return [] }
        if cards.count > 1 {
            guard !hasToldTwo else { return [] }
            hasToldTwo = true
            return [.tell(.fault(.twoCards))]
        }
        guard activity == .idle, let card = cards.first, spent[card.name] != card.changes else { return [] }
        if stuck.contains(card.name) {
            guard !hasToldStuck else { return [] }
            hasToldStuck = true
            return [.tell(.fault(.silent))]
        }
        activity = .reading(card, isWanted: true)
        return [.tell(.reading(reader: card.name)), .read(reader: card.name)]
    }
}
