import Entry
import Hold
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
import Touch
import Wire

/// Fingers on the screen, and the keys that are drawn where a board has no others.
extension TrustedEnvironment {
    private static let mostMoves = EntryMachine.limit / 4

    /// The keypad as it is needed now: in a new order for each PIN. Nil keys mean a board with keys of its own.
    func openKeys() {
        let purpose: KeypadLayout.Purpose = pin == nil ? .keys : .pin
        if artist.layout.keypad != nil {
            // The order stays while the same PIN is typed.
            if keys == nil || keys?.layout.purpose != purpose || keys?.layout.area != artist.layout.keypad {
                // Whoever watches a hand from afar must learn nothing: without randomness there is no PIN here.
                guard let order = digitOrder(for: purpose) else { return endPIN(.noKey, Clock.now()) }
                keys = artist.keypad(purpose, order)
            }
            layKeys()
        }
        let targets = (keys?.layout.places ?? []).map { TouchMachine.Target(key: $0.key, area: $0.area) }
        let picture = entry.mode.contains(.touch) && showing == .stream ? artist.layout.stream : nil
        perform(touch.set(TouchMachine.Field(targets: targets, picture: picture)), Clock.now())
    }

    private func digitOrder(for purpose: KeypadLayout.Purpose) -> DigitOrder? {
        guard purpose == .pin else { return .standard }
        do throws(SystemCallError) {
            return try DigitOrder.scrambled { (count) throws(SystemCallError) in try Random.bytes(count) }
        } catch {
            log.critical("no PIN: \(error)")
            return nil
        }
    }

    func takeTouch(_ now: MonotonicTime) {
        let (actions, reports) = touch.read(now: now)
        for report in reports {
            switch report {
            case .present(let path): log.info("touch panel: \(path)")
            case .gone(let reason): log.warning("no touch panel: \(reason)")
            }
        }
        perform(actions, now)
    }

    private func perform(_ actions: [TouchMachine.Action], _ now: MonotonicTime) {
        for action in actions {
            switch action {
            case .show(let key):
                keys?.touched = key
                layKeys()
                commit()
            case .press(let key): press(key, now)
            case .pointer(let event): point(event, now)
            }
        }
    }

    private func point(_ event: PointerEvent, _ now: MonotonicTime) {
        let phase: Pointer.Phase
        switch event.phase {
        case .down: phase = .down
        case .move: phase = .moved
        case .up: phase = .up
        case .cancel:
            // Let go in the corner: what lay under the finger is not pressed.
            tell(.pointer(Pointer(x: 0, y: 0, phase: .moved)), now)
            return tell(.pointer(Pointer(x: 0, y: 0, phase: .up)), now)
        }
        // A picture answers commands, and a finger that only moves may change none: its path is the first to be given up.
        guard phase != .moved || entry.unacknowledged.count < Self.mostMoves else { return }
        tell(.pointer(Pointer(x: UInt64(event.x), y: UInt64(event.y), phase: phase)), now)
    }

    /// Draws the keypad into the plane; the stream never reaches it.
    private func layKeys() {
        guard let keys, let area = artist.layout.keypad else { return }
        plane.show(keys.picture(), x: area.x, y: area.y)
    }
}
