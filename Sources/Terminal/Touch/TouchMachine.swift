internal import Measurements
public import Pictures

/// Contacts in, presses out. Pure.
///
///     idle ──first finger──▶ on a key ──lifted on it──▶ press ──▶ idle
///      ▲                       │ slides off: nothing comes of it any more
///      │                       ▼
///      ├──lifted──────────── void ◀── begins beside a key, or bounces
///      │
///      └──all lifted──────── blocked ◀── second finger, another field, a palm that was taken for a finger
///
/// A key counts when the finger leaves it, so that a slip can be taken back by sliding off. Two fingers are nobody's
/// wish: what the first one began is dropped and nothing counts until all are lifted. A palm is not there at all.
public struct TouchMachine: Sendable {
    /// A wet or dry finger loses contact for one to three of a panel's scans (of 8 to 16 ms) without being lifted.
    /// People do not lift a finger and set it on the same place within this time.
    public static let bounceTime: Duration = .milliseconds(50)
    /// Of a key's shorter side, what a finger may be beside the key that it is on, and beside where it was when it
    /// bounces.
    static let slack = 6
    /// What a finger that lies still moves by, in pixels.
    static let jitter = 3
    /// How far a bounce may jump on a pointer field, where no key gives the measure.
    static let bouncePixels = 24

    private enum Grip: Equatable, Sendable {
        case key(Target)
        case pointer(Rectangle, x: Int, y: Int)
        case void
    }

    private enum State: Equatable, Sendable {
        case idle
        case held(slot: Int, Grip)
        case blocked
    }

    private struct Lift: Equatable, Sendable {
        var x: Int
        var y: Int
        var time: MonotonicTime
        var reach: Int
    }

    private let screen: PixelSize
    private var field = Field.none
    private var state = State.idle
    private var fingers: Set<Int> = []
    private var palms: Set<Int> = []
    private var lift: Lift?

    public init(screen: PixelSize) {
        precondition(screen.area > 0, "a touch screen has pixels")
        self.screen = screen
    }

    /// Another field: fingers that are down belong to the one before, and mean nothing on this one.
    public mutating func set(_ field: Field) -> [Action] {
        guard field != self.field else { return [] }
        let actions = block()
        self.field = field
        return actions
    }

    /// Contacts were lost: what is down now may have been anywhere meanwhile.
    public mutating func interrupt() -> [Action] { block() }

    /// The panel is gone, and its fingers with it.
    public mutating func lose() -> [Action] {
        let actions = block()
        (fingers, palms, state, lift) = ([], [], .idle, nil)
        return actions
    }

    public mutating func take(_ contact: Contact) -> [Action] {
        var contact = contact
        contact.x = min(max(contact.x, 0), screen.width - 1)
        contact.y = min(max(contact.y, 0), screen.height - 1)
        switch contact.phase {
        case .down: return land(contact)
        case .move: return move(contact)
        case .up: return leave(contact)
        }
    }

    private mutating func land(_ contact: Contact) -> [Action] {
        // Its lifting was lost: what it was doing is not a press.
        var actions = fingers.contains(contact.slot) || palms.contains(contact.slot) ? forget(contact.slot) : []
        guard !contact.isPalm else {
            palms.insert(contact.slot)
            return actions
        }
        fingers.insert(contact.slot)
        guard fingers.count == 1, state != .blocked else { return actions + block() }
        let grip = grip(contact)
        state = .held(slot: contact.slot, grip)
        switch grip {
        case .key(let target): actions.append(.show(target.key))
        case .pointer(let area, let x, let y): actions.append(pointer(.down, x, y, area))
        case .void: break
        }
        return actions
    }

    private func grip(_ contact: Contact) -> Grip {
        guard !isBounce(contact) else { return .void }
        let point = Rectangle(x: contact.x, y: contact.y, width: 1, height: 1)
        if let target = field.targets.first(where: { $0.area.contains(point) }) { return .key(target) }
        guard let area = field.picture, area.contains(point) else { return .void }
        return .pointer(area, x: contact.x, y: contact.y)
    }

    private func isBounce(_ contact: Contact) -> Bool {
        guard let lift, contact.time - lift.time < Self.bounceTime else { return false }
        return abs(contact.x - lift.x) <= lift.reach && abs(contact.y - lift.y) <= lift.reach
    }

    private mutating func move(_ contact: Contact) -> [Action] {
        guard fingers.contains(contact.slot) else { return [] }
        if contact.isPalm {
            let actions = forget(contact.slot)
            palms.insert(contact.slot)
            return actions
        }
        guard case .held(contact.slot, let grip) = state else { return [] }
        switch grip {
        case .void: return []
        case .key(let target):
            guard !isOn(target, contact) else { return [] }
            state = .held(slot: contact.slot, .void)
            return [.show(nil)]
        case .pointer(let area, let x, let y):
            guard max(abs(contact.x - x), abs(contact.y - y)) >= Self.jitter else { return [] }
            state = .held(slot: contact.slot, .pointer(area, x: contact.x, y: contact.y))
            return [pointer(.move, contact.x, contact.y, area)]
        }
    }

    private mutating func leave(_ contact: Contact) -> [Action] {
        palms.remove(contact.slot)
        guard fingers.remove(contact.slot) != nil else { return [] }
        guard case .held(contact.slot, let grip) = state else {
            if fingers.isEmpty { state = .idle }
            return []
        }
        state = .idle
        var reach = Self.bouncePixels
        if case .key(let target) = grip { reach = min(target.area.width, target.area.height) / 2 }
        lift = Lift(x: contact.x, y: contact.y, time: contact.time, reach: reach)
        switch grip {
        case .void: return []
        case .key(let target): return isOn(target, contact) ? [.show(nil), .press(target.key)] : [.show(nil)]
        case .pointer(let area, _, _): return [pointer(.up, contact.x, contact.y, area)]
        }
    }

    private func isOn(_ target: Target, _ contact: Contact) -> Bool {
        let slack = min(target.area.width, target.area.height) / Self.slack
        let wide = Rectangle(
            x: target.area.x - slack, y: target.area.y - slack, width: target.area.width + 2 * slack,
            height: target.area.height + 2 * slack)
        return wide.contains(Rectangle(x: contact.x, y: contact.y, width: 1, height: 1))
    }

    /// A finger that is none any more.
    private mutating func forget(_ slot: Int) -> [Action] {
        palms.remove(slot)
        guard fingers.remove(slot) != nil else { return [] }
        let actions = block()
        if fingers.isEmpty { state = .idle }
        return actions
    }

    /// What is begun is dropped; nothing counts until all fingers are lifted.
    private mutating func block() -> [Action] {
        defer { state = fingers.isEmpty ? .idle : .blocked }
        guard case .held(_, let grip) = state else { return [] }
        switch grip {
        case .void: return []
        case .key: return [.show(nil)]
        case .pointer(let area, let x, let y): return [pointer(.cancel, x, y, area)]
        }
    }

    /// In the picture's pixels; a finger that has left it stays at its edge.
    private func pointer(_ phase: PointerEvent.Phase, _ x: Int, _ y: Int, _ area: Rectangle) -> Action {
        .pointer(
            PointerEvent(
                phase: phase, x: min(max(x - area.x, 0), area.width - 1), y: min(max(y - area.y, 0), area.height - 1)))
    }
}
