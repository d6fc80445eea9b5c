import Codes
import LinuxBase
import Synchronization

/// The camera's thread, heard by the poll loop.
final class CodeDesk {
    typealias Failure = CodesError

    /// What the search's thread has said and nobody has taken.
    private final class Heard: Sendable {
        let bell: Wakeup
        let events = Mutex<[CodeReader.Event]>([])
        init() throws(SystemCallError) { bell = try Wakeup() }
    }

    private let path: String
    private let heard: Heard
    private var search: CodeReader?

    init(camera path: String) throws(SystemCallError) {
        self.path = path
        heard = try Heard()
    }

    deinit { search?.stop() }

    /// Readable when there is something to take.
    var descriptor: Int32 { heard.bell.descriptor }

    /// Looks for a code until one is found, or `stop`.
    func start() throws(Failure) {
        guard search == nil else { return }
        let heard = heard
        let next = try CodeReader(camera: path) { event in
            heard.events.withLock { $0.append(event) }
            heard.bell.ring()
        }
        try next.start()
        search = next
    }

    func stop() {
        search?.stop()
        search = nil
        heard.events.withLock { $0 = [] }
    }

    func take() -> [CodeReader.Event] {
        heard.bell.silence()
        let events = heard.events.withLock { events in
            defer { events = [] }
            return events
        }
        for event in events {
            switch event {
            case .ended, .report(.found): search = nil
            case .report(.refused): break
            }
        }
        // What a search says after `stop` is nobody's.
        return events
    }
}
