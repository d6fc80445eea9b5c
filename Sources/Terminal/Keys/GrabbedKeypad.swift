internal import Evdev
internal import Measurements
internal import Wire

/// One kernel keypad that is open and grabbed. (A class: an array cannot hold handles.)
final class GrabbedKeypad {
    /// Events taken at once; a keypad that sends without end does not keep the others waiting.
    static let eventsAtOnce = 256

    let node: InputNode
    private var device: InputDevice
    private var presses: KeyPresses
    /// Events are waiting in this process, where poll does not see them.
    private(set) var hasMore = false

    /// Opens and grabs what was looked up as `node`. The grab comes before anything is read, so that every press that is
    /// read was read here alone.
    init(_ node: InputNode) throws(EvdevError) {
        var device = try InputDevice(node.path)
        guard device.identity == node.identity else { throw .replaced(path: node.path) }
        try device.grab()
        self.node = node
        presses = KeyPresses(down: device.pressedKeys())
        self.device = device
    }

    var descriptor: Int32 { device.descriptor }
    var hasKeys: Bool { !device.keys().isEmpty }

    struct Press {
        let key: Key
        let at: MonotonicTime
    }

    struct Taken {
        var presses: [Press] = []
        var overruns = 0
        /// The keypad is of no use any more.
        var failure: EvdevError?
    }

    func take(_ map: KeyMap) -> Taken {
        let batch = device.read(limit: Self.eventsAtOnce)
        var taken = Taken(overruns: batch.overruns)
        for event in batch.events {
            if let code = presses.take(event), let key = map[code] {
                taken.presses.append(Press(key: key, at: event.time))
            }
        }
        hasMore = batch.end == .more
        if case .failed(let error) = batch.end { taken.failure = error }
        return taken
    }
}
