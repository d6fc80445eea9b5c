internal import Evdev
internal import Measurements
internal import Wire

/// Events of one keypad in, presses out. Pure.
///
///     up ──pressed──▶ down: one press        A press and its release are one thing to everybody else, so nothing stays
///      ▲               │ pressed, repeated   pressed anywhere when a keypad is unplugged.
///      └───released────┘ say nothing
///
/// A key that was down at the opening, or that is said to be down again after events were lost, was pressed already.
struct KeyPresses: Sendable {
    private var down: Set<InputKey>

    init(down: Set<InputKey>) { self.down = down }

    /// The key that the event presses, if it presses one.
    mutating func take(_ event: InputEvent) -> InputKey? {
        guard event.kind == .key else { return nil }
        let key = InputKey(rawValue: event.code)
        switch event.value {
        case 0:
            down.remove(key)
            return nil
        case 1: return down.insert(key).inserted ? key : nil
        default: return nil
        }
    }
}
