import LinuxBase
import Measurements
import Pictures
import Touch

/// The board's touch panel, as long as there is one, and what fingers on it mean.
struct TouchDesk: ~Copyable {
    /// How often a panel that is not there is looked for.
    private static let retryTime: Duration = .milliseconds(500)

    enum Report: Equatable, Sendable {
        case present(String)
        case gone(String)
    }

    private let device: TouchDevice
    private let screen: PixelSize
    private var panel: TouchPanel?
    private var machine: TouchMachine
    private var nextTry: MonotonicTime?
    private var hasMore = false
    /// Said once, not twice a second.
    private var lastComplaint: String?

    init(_ device: TouchDevice, screen: PixelSize) {
        self.device = device
        self.screen = screen
        machine = TouchMachine(screen: screen)
        nextTry = device.path == nil ? nil : MonotonicTime(nanoseconds: 0)
    }

    /// Readable when fingers have moved; −1 while there is no panel.
    var descriptor: Int32 {
        switch panel {
        case .some(let panel): panel.descriptor
        case .none: -1
        }
    }

    /// When to call `read` even if nothing is readable.
    var deadline: MonotonicTime? { hasMore ? MonotonicTime(nanoseconds: 0) : nextTry }

    mutating func set(_ field: TouchMachine.Field) -> [TouchMachine.Action] { machine.set(field) }

    mutating func read(now: MonotonicTime) -> (actions: [TouchMachine.Action], reports: [Report]) {
        if let nextTry, now >= nextTry { return ([], open(now)) }
        guard let taken = panel?.read() else { return ([], []) }
        hasMore = taken.hasMore
        var actions = taken.isInterrupted ? machine.interrupt() : []
        for contact in taken.contacts { actions += machine.take(contact) }
        guard let failure = taken.failure else { return (actions, []) }
        panel = nil
        hasMore = false
        nextTry = now + Self.retryTime
        return (actions + machine.lose(), [.gone("\(failure)")])
    }

    private mutating func open(_ now: MonotonicTime) -> [Report] {
        guard let path = device.path else { return [] }
        do throws(TouchError) {
            panel = try TouchPanel(path, screen: screen, rotation: device.rotation)
            nextTry = nil
            lastComplaint = nil
            return [.present(path)]
        } catch {
            nextTry = now + Self.retryTime
            let complaint = "\(error)"
            defer { lastComplaint = complaint }
            return complaint == lastComplaint ? [] : [.gone(complaint)]
        }
    }
}
