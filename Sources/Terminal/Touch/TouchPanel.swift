public import Evdev
public import Pictures

/// Why a panel cannot be used.
public enum TouchError: Error, Equatable, Sendable, CustomStringConvertible {
    case device(EvdevError)
    /// It tells no fingers apart, or not where they are.
    case noPanel(path: String)

    public var description: String {
        switch self {
        case .device(let error): error.description
        case .noPanel(let path): "\(path) is no multitouch panel"
        }
    }
}

/// One touch panel that is open and grabbed: no console and no other program sees its fingers. Never waits: poll
/// `descriptor`, then `read`. When it fails, drop it and tell the machine (`lose`).
public struct TouchPanel: ~Copyable {
    /// Events taken at once: a panel that sends without end does not keep the keypads waiting.
    static let eventsAtOnce = 512

    public struct Taken: Equatable, Sendable {
        public var contacts: [Contact] = []
        /// Contacts were lost before these: tell the machine (`interrupt`) first.
        public var isInterrupted = false
        /// More may wait in this process, where poll does not see it: read again.
        public var hasMore = false
        /// The panel is of no use any more.
        public var failure: EvdevError?
    }

    private var device: InputDevice
    private var reader: ContactReader

    public init(
        _ path: String, screen: PixelSize, rotation: PanelMapping.Rotation = .none
    ) throws(TouchError) {
        let device = try Self.grabbed(path)
        guard device.slots() > 0, device.range(of: .tracking) != nil, let x = device.range(of: .x),
            let y = device.range(of: .y), let mapping = PanelMapping(x: x, y: y, rotation: rotation, screen: screen)
        else { throw .noPanel(path: path) }
        reader = ContactReader(mapping: mapping, slots: device.slots(), current: device.currentSlot())
        for slot in 0..<device.slots() { reader.begin(slot: slot, tracking: device.value(of: .tracking, slot: slot)) }
        self.device = device
    }

    private static func grabbed(_ path: String) throws(TouchError) -> InputDevice {
        do throws(EvdevError) {
            var device = try InputDevice(path)
            try device.grab()
            return device
        } catch { throw .device(error) }
    }

    public var descriptor: Int32 { device.descriptor }
    public var identity: InputIdentity { device.identity }

    public mutating func read() -> Taken {
        let batch = device.read(limit: Self.eventsAtOnce)
        var taken = Taken(isInterrupted: batch.overruns > 0, hasMore: batch.end == .more)
        for event in batch.events { taken.contacts += reader.take(event) }
        if case .failed(let error) = batch.end { taken.failure = error }
        return taken
    }
}
