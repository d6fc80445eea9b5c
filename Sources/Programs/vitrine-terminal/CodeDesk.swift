import Codes
import LinuxBase
import Measurements
import Synchronization

/// The camera's thread, heard by the poll loop.
final class CodeDesk {
    typealias Failure = CodesError

    /// What the search's thread has said and nobody has taken.
    private final class Heard: Sendable {
        let bell: Wakeup
        /// With the number of the search that said it.
        let events = Mutex<[(search: Int, event: CodeReader.Event)]>([])
        init() throws(SystemCallError) { bell = try Wakeup() }
    }

    /// A camera that is not there, or has gone, is looked for this often.
    private static let pause = Duration.seconds(1)

    private let path: String
    private let heard: Heard
    private var search: CodeReader?
    private var number = 0
    /// When a camera that failed is tried again.
    private(set) var deadline: MonotonicTime?

    init(camera path: String) throws(SystemCallError) {
        self.path = path
        heard = try Heard()
    }

    deinit { search?.stop() }

    /// Readable when there is something to take.
    var descriptor: Int32 { heard.bell.descriptor }

    /// Looks for a code until one is found, or `stop`. A camera that does not start is tried again at `deadline`.
    func start(now: MonotonicTime) throws(Failure) {
        guard search == nil else { return }
        deadline = now + Self.pause
        number += 1
        let (heard, number) = (heard, number)
        let next = try CodeReader(camera: path) { event in
            heard.events.withLock { $0.append((number, event)) }
            heard.bell.ring()
        }
        try next.start()
        search = next
        deadline = nil
    }

    func stop() {
        search?.stop()
        search = nil
        deadline = nil
    }

    /// What the search has said since the last call; what an earlier one says after `stop` is nobody's.
    func take(now: MonotonicTime) -> [CodeReader.Event] {
        heard.bell.silence()
        let said = heard.events.withLock { events in
            defer { events = [] }
            return events
        }
        let events = search == nil ? [] : said.filter { $0.search == number }.map(\.event)
        for event in events {
            switch event {
            case .ended(let error):
                search = nil
                if error != nil { deadline = now + Self.pause }
            case .report(.found): search = nil
            case .report(.refused): break
            }
        }
        return events
    }
}
