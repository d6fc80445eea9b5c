internal import Camera
public import Invoices
internal import LinuxBase
internal import Measurements
public import Pictures
internal import Synchronization
internal import Zbar

/// Why no code is being looked for.
public enum CodesError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the camera, the scanner or the kernel said.
    case failed(reason: String)
    /// The picture has no code in it.
    case noCode
    case refused(CodeError)

    public var description: String {
        switch self {
        case .failed(let reason): reason
        case .noCode: "there is no code in the picture"
        case .refused(let error): error.description
        }
    }
}

/// Looks for a code before a camera, on a thread of its own, from `start` to the first invoice, to `stop`, or to the
/// camera's end. One search at a time.
public final class CodeReader: Sendable {
    public enum Event: Equatable, Sendable {
        case report(CodeReport)
        /// The search ended without an invoice; nil when it was stopped.
        case ended(CodesError?)
    }

    private static let leastRest = Duration.milliseconds(60)

    private let wakeup: Wakeup
    private let isStopped = Atomic<Bool>(false)
    private let path: String
    private let events: @Sendable (Event) -> Void

    /// `path` is the board's camera. `events` is called on the search's thread, in order; the last one is `.found` or
    /// `.ended`.
    public init(camera path: String, events: @escaping @Sendable (Event) -> Void) throws(CodesError) {
        do throws(SystemCallError) { wakeup = try Wakeup() } catch { throw .failed(reason: error.description) }
        self.path = path
        self.events = events
    }

    public func start() throws(CodesError) {
        do throws(SystemCallError) {
            try WorkerThread.start("codes") { self.run() }
        } catch {
            throw .failed(reason: error.description)
        }
    }

    /// Ends the search soon; safe to call at any time and from any thread.
    public func stop() {
        isStopped.store(true, ordering: .releasing)
        wakeup.ring()
    }

    private func run() {
        do {
            events(try search() ?? .ended(nil))
        } catch {
            events(.ended(.failed(reason: "\(error)")))
        }
    }

    /// The last event; nil when stopped.
    private func search() throws -> Event? {
        var camera = try VideoCamera(path)
        var scanner = try CodeScanner()
        var search = CodeSearch()
        while !isStopped.load(ordering: .acquiring) {
            let ready = try Poll.wait(
                for: [(camera.descriptor, .readable), (wakeup.descriptor, .readable)], timeout: nil)
            guard !ready[0].isEmpty, let picture = try camera.next() else { continue }
            let began = Clock.now()
            guard let report = search.take(try scanner.scan(picture)) else {
                // Half of a processor's time at most, and no more pictures than a hand moves.
                let rest = max(Self.leastRest, Clock.now() - began)
                _ = try Poll.wait(for: [(wakeup.descriptor, .readable)], timeout: rest)
                continue
            }
            guard case .refused = report else { return .report(report) }
            events(.report(report))
        }
        return nil
    }

    /// What the code in a picture says: the same for a picture from a file.
    public static func read(_ picture: LumaPicture) throws(CodesError) -> InvoiceContent {
        let codes: [[UInt8]]
        do throws(ZbarError) {
            var scanner = try CodeScanner()
            codes = try scanner.scan(picture)
        } catch {
            throw .failed(reason: error.description)
        }
        var search = CodeSearch()
        switch search.take(codes) {
        case nil: throw .noCode
        case .found(let content): return content
        case .refused(let error): throw .refused(error)
        }
    }
}
