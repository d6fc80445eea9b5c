public import Evdev
internal import Measurements

/// A panel's events in, contacts out: multitouch of type B, in which values stand until they change. Pure.
///
///     slot up ──tracking id──▶ down: told at the report ──values──▶ moved: told at the report ──id −1──▶ up
public struct ContactReader: Sendable {
    /// One finger as the panel has it.
    private struct Slot: Sendable {
        var tracking: Int32 = -1
        /// The finger that was down at the opening.
        var old: Int32 = -1
        var x: Int32 = 0
        var y: Int32 = 0
        var breadth: Int32 = 0
        var tool: Int32 = 0
        var isChanged = false
        /// Told as down, and not as up yet.
        var isTold = false
        /// Lifted and down again as another finger between two reports.
        var isAnother = false
    }

    /// Slots beyond are not fingers of one person's hands.
    static let mostSlots = 16

    private let mapping: PanelMapping
    private var slots: [Slot]
    private var current: Int

    public init(mapping: PanelMapping, slots count: Int, current: Int = 0) {
        self.mapping = mapping
        slots = [Slot](repeating: Slot(), count: min(max(count, 1), Self.mostSlots))
        self.current = current
    }

    /// What a slot holds when the panel is opened. A finger that is down then is known, and never told.
    public mutating func begin(slot: Int, tracking: Int32) {
        guard slots.indices.contains(slot) else { return }
        slots[slot].tracking = tracking
        slots[slot].old = tracking
    }

    /// The contacts that the event completes: none until the report.
    public mutating func take(_ event: InputEvent) -> [Contact] {
        switch event.kind {
        case .position: note(InputAxis(rawValue: event.code), event.value)
        case .report where event.code == 0: return report(event)
        case .report, .key, .other: break
        }
        return []
    }

    private mutating func note(_ axis: InputAxis, _ value: Int32) {
        if axis == .slot {
            current = Int(value)
            return
        }
        guard slots.indices.contains(current) else { return }
        switch axis {
        case .tracking:
            if value >= 0, slots[current].isTold, value != slots[current].tracking { slots[current].isAnother = true }
            slots[current].tracking = value
        case .x: slots[current].x = value
        case .y: slots[current].y = value
        case .breadth: slots[current].breadth = value
        case .tool: slots[current].tool = value
        default: return
        }
        slots[current].isChanged = true
    }

    private mutating func report(_ event: InputEvent) -> [Contact] {
        var contacts: [Contact] = []
        for index in slots.indices where slots[index].isChanged {
            slots[index].isChanged = false
            let slot = slots[index]
            let point = mapping.point(x: slot.x, y: slot.y)
            func contact(_ phase: Contact.Phase) -> Contact {
                Contact(
                    slot: index, phase: phase, x: point.x, y: point.y,
                    isPalm: mapping.isPalm(breadth: slot.breadth, tool: slot.tool), time: event.time)
            }
            // Another finger in the slot: the machine takes a second `down` as the first one's loss, not as its press.
            switch (slot.isTold, slot.tracking >= 0) {
            case (true, true): contacts.append(contact(slot.isAnother ? .down : .move))
            case (true, false): contacts.append(contact(.up))
            case (false, true):
                guard slot.tracking != slot.old else { continue }
                contacts.append(contact(.down))
            case (false, false): break
            }
            slots[index].isTold = slot.tracking >= 0
            slots[index].isAnother = false
        }
        return contacts
    }
}
