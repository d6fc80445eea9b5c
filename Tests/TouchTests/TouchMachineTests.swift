import Measurements
import Pictures
import Testing
import Touch
import Wire

@Suite struct TouchMachineTests {
    /// Three keys of 60 pixels with gaps of 10 between, and the screen's rest.
    private static let screen = PixelSize(width: 480, height: 272)
    private static let targets = [(Key.digit(1), 100), (.digit(2), 170), (.ok, 240)].map {
        TouchMachine.Target(key: $0.0, area: Rectangle(x: $0.1, y: 100, width: 60, height: 60))
    }
    private static let picture = Rectangle(x: 0, y: 32, width: 240, height: 240)

    private func contact(
        _ phase: Contact.Phase, _ x: Int, _ y: Int, at milliseconds: Int, slot: Int = 0, isPalm: Bool = false
    ) -> Contact {
        Contact(
            slot: slot, phase: phase, x: x, y: y, isPalm: isPalm,
            time: MonotonicTime(nanoseconds: UInt64(1000 + milliseconds) * 1_000_000))
    }

    private func actions(
        _ contacts: [Contact], field: TouchMachine.Field = .keys(targets)
    ) -> [TouchMachine.Action] {
        var machine = TouchMachine(screen: Self.screen)
        _ = machine.set(field)
        return contacts.flatMap { contact in machine.take(contact) }
    }

    private func pointer(_ phase: PointerEvent.Phase, _ x: Int, _ y: Int) -> TouchMachine.Action {
        .pointer(PointerEvent(phase: phase, x: x, y: y))
    }

    @Test func `a key counts when the finger leaves it`() {
        #expect(actions([contact(.down, 130, 130, at: 0)]) == [.show(.digit(1))])
        #expect(
            actions([contact(.down, 130, 130, at: 0), contact(.up, 131, 128, at: 80)])
                == [.show(.digit(1)), .show(nil), .press(.digit(1))])
        // On another key afterwards, and on the same one again.
        let twice = [0, 200, 400].flatMap { start in
            [
                contact(.down, start == 200 ? 200 : 130, 130, at: start),
                contact(.up, start == 200 ? 200 : 130, 130, at: start + 60),
            ]
        }
        #expect(presses(actions(twice)) == [.digit(1), .digit(2), .digit(1)])
    }

    @Test func `who slides off a key has not pressed it, and does not press by coming back or on to the next`() {
        for end in [130, 200, 300, 479] {
            let path = [
                contact(.down, 130, 130, at: 0), contact(.move, 150, 130, at: 20), contact(.move, 185, 130, at: 40),
                contact(.move, end, 130, at: 60), contact(.up, end, 130, at: 80),
            ]
            #expect(actions(path) == [.show(.digit(1)), .show(nil)])
        }
        // A little beside the key is still on it: a sixth of its side.
        let slip = [contact(.down, 101, 130, at: 0), contact(.move, 91, 130, at: 10), contact(.up, 91, 130, at: 20)]
        #expect(presses(actions(slip)) == [.digit(1)])
        // Lifted elsewhere without a move in between.
        #expect(presses(actions([contact(.down, 130, 130, at: 0), contact(.up, 200, 130, at: 20)])) == [])
        // Begun beside all keys.
        let from = [contact(.down, 50, 130, at: 0), contact(.move, 130, 130, at: 20), contact(.up, 130, 130, at: 40)]
        #expect(actions(from) == [])
    }

    @Test func `a second finger drops what the first began, and nothing counts until both are lifted`() {
        let both = [
            contact(.down, 130, 130, at: 0), contact(.down, 200, 130, at: 20, slot: 1),
            contact(.up, 200, 130, at: 40, slot: 1), contact(.down, 260, 130, at: 300, slot: 1),
            contact(.up, 260, 130, at: 340, slot: 1), contact(.up, 130, 130, at: 400),
        ]
        #expect(actions(both) == [.show(.digit(1)), .show(nil)])
        let after = both + [contact(.down, 260, 130, at: 600), contact(.up, 260, 130, at: 640)]
        #expect(presses(actions(after)) == [.ok])
        // In any order, also with a third.
        let three =
            (0..<3).map { contact(.down, 130 + 70 * $0, 130, at: $0, slot: $0) }
            + (0..<3).map { contact(.up, 130 + 70 * $0, 130, at: 100 + $0, slot: $0) }
        #expect(presses(actions(three)) == [])
    }

    @Test func `a palm is not there, and a finger that becomes one has pressed nothing`() {
        let resting = [
            contact(.down, 300, 260, at: 0, slot: 3, isPalm: true), contact(.down, 130, 130, at: 20),
            contact(.move, 305, 262, at: 30, slot: 3, isPalm: true), contact(.up, 130, 130, at: 60),
            contact(.up, 300, 260, at: 90, slot: 3),
        ]
        #expect(presses(actions(resting)) == [.digit(1)])
        let growing = [
            contact(.down, 130, 130, at: 0), contact(.move, 130, 130, at: 20, isPalm: true),
            contact(.up, 130, 130, at: 60), contact(.down, 200, 130, at: 300), contact(.up, 200, 130, at: 340),
        ]
        #expect(actions(growing) == [.show(.digit(1)), .show(nil), .show(.digit(2)), .show(nil), .press(.digit(2))])
        // On a key itself.
        let on = [contact(.down, 130, 130, at: 0, isPalm: true), contact(.up, 130, 130, at: 40)]
        #expect(actions(on) == [])
    }

    @Test func `a wet finger that loses contact presses once, however often it does`() {
        var contacts: [Contact] = []
        for bounce in 0..<6 {
            contacts.append(contact(.down, 130 + bounce, 130, at: bounce * 40))
            contacts.append(contact(.move, 131 + bounce, 131, at: bounce * 40 + 8))
            contacts.append(contact(.up, 131 + bounce, 131, at: bounce * 40 + 20))
        }
        #expect(presses(actions(contacts)) == [.digit(1)])
        // The fastest tapping that people do is eight times a second.
        let tapping = (0..<8).flatMap {
            [contact(.down, 130, 130, at: $0 * 125), contact(.up, 130, 130, at: $0 * 125 + 65)]
        }
        #expect(presses(actions(tapping)).count == 8)
        // Two thumbs: another key at once is another press.
        let thumbs = [
            contact(.down, 130, 130, at: 0), contact(.up, 130, 130, at: 30), contact(.down, 200, 130, at: 40),
            contact(.up, 200, 130, at: 80),
        ]
        #expect(presses(actions(thumbs)) == [.digit(1), .digit(2)])
    }

    @Test func `pointer events are in the picture's pixels, and stay inside it`() {
        let path = [
            contact(.down, 100, 132, at: 0), contact(.move, 102, 133, at: 10), contact(.move, 110, 140, at: 20),
            contact(.move, 400, 5000, at: 30), contact(.up, -50, 10, at: 40),
        ]
        #expect(
            actions(path, field: .pointer(Self.picture)) == [
                pointer(.down, 100, 100), pointer(.move, 110, 108), pointer(.move, 239, 239), pointer(.up, 0, 0),
            ])
        #expect(
            actions([contact(.down, 300, 100, at: 0), contact(.up, 300, 100, at: 9)], field: .pointer(Self.picture))
                == [])
        let two = [
            contact(.down, 50, 100, at: 0), contact(.down, 90, 100, at: 5, slot: 1), contact(.up, 50, 100, at: 20),
        ]
        #expect(actions(two, field: .pointer(Self.picture)) == [pointer(.down, 50, 68), pointer(.cancel, 50, 68)])
    }

    @Test func `a field that changes, or a panel that is lost, ends what was begun`() {
        var machine = TouchMachine(screen: Self.screen)
        #expect(actions([contact(.down, 130, 130, at: 0), contact(.up, 130, 130, at: 9)], field: .none) == [])
        _ = machine.set(.keys(Self.targets))
        _ = machine.take(contact(.down, 130, 130, at: 0))
        let same = machine.set(.keys(Self.targets))
        let changed = machine.set(.pointer(Self.picture))
        let late = machine.take(contact(.move, 150, 150, at: 20)) + machine.take(contact(.up, 150, 150, at: 30))
        #expect(same == [] && changed == [.show(nil)] && late == [])
        let resting = machine.take(contact(.down, 100, 100, at: 100))
        let interrupted = machine.interrupt()
        let rest = machine.take(contact(.move, 120, 120, at: 120)) + machine.take(contact(.up, 120, 120, at: 130))
        #expect(resting == [pointer(.down, 100, 68)] && interrupted == [pointer(.cancel, 100, 68)] && rest == [])
        let begun = machine.take(contact(.down, 100, 100, at: 200))
        let lost = machine.lose()
        let up = machine.take(contact(.up, 100, 100, at: 220))
        #expect(begun == [pointer(.down, 100, 68)] && lost == [pointer(.cancel, 100, 68)] && up == [])
        // A lifting that was lost: the finger that comes next is not the second.
        _ = machine.set(.keys(Self.targets))
        _ = machine.take(contact(.down, 130, 130, at: 400))
        let again = machine.take(contact(.down, 200, 130, at: 500)) + machine.take(contact(.up, 200, 130, at: 540))
        #expect(again == [.show(nil), .show(.digit(2)), .show(nil), .press(.digit(2))])
    }

    @Test func `whatever comes, each press follows a finger shown on that key, and each shown finger is taken back`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var machine = TouchMachine(screen: Self.screen)
            var shown: Key?
            var last: Key?
            var time = 0
            _ = machine.set(.keys(Self.targets))
            for _ in 0..<200 {
                time += Int.random(in: 0..<70, using: &random)
                let phase = [Contact.Phase.down, .move, .up][Int.random(in: 0..<3, using: &random)]
                let new = contact(
                    phase, Int.random(in: -20..<500, using: &random), Int.random(in: 90..<170, using: &random),
                    at: time,
                    slot: Int.random(in: 0..<3, using: &random), isPalm: Int.random(in: 0..<10, using: &random) == 0)
                for action in machine.take(new) {
                    switch action {
                    case .show(let key):
                        #expect((key == nil) != (shown == nil))
                        last = shown
                        shown = key
                    case .press(let key): #expect(key == last && shown == nil)
                    case .pointer: Issue.record("no pointer was asked for")
                    }
                }
            }
            _ = machine.lose()
        }
    }

    private func presses(_ actions: [TouchMachine.Action]) -> [Key] {
        actions.compactMap { action in if case .press(let key) = action { key } else { nil } }
    }
}
