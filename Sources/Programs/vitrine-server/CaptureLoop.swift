internal import Capture
internal import Cell
internal import Encode
internal import LinuxBase
internal import Measurements
internal import Pictures
internal import Send
internal import Synchronization
internal import Wire

/// Why a cell thread could not go on; what the terminal is told of it is `told`.
enum CellThreadError: Error {
    case encode(EncodeError)
    /// The stream would need a higher H.264 level (times ten) than the terminal decodes.
    case level(Int)
    case cell(CellError)
    case capture(CaptureError)
    case system(SystemCallError)

    var told: String {
        switch self {
        case .encode(let error): "no pictures can be made: \(error)"
        case .level(let level): "the picture needs H.264 level \(level)"
        case .cell(let error): "the application could not be started: \(error)"
        case .capture(let error): "\(error)"
        case .system(let error): "\(error)"
        }
    }
}

/// The working life of a cell thread: asks for pictures when the session wants one, encodes what comes, and hears the
/// application's events, its end and the session's. One poll, no timer.
struct CaptureLoop {
    let cell: SandboxCell
    let mailbox: Mailbox
    let report: @Sendable (CellReport) -> Void
    /// The application is gone (and the session has not asked for it).
    private(set) var cellEnded = false
    private var ask: Mailbox.Ask?
    /// What has been captured and is in no coded picture yet.
    private var damage = Rectangle.empty
    private var hasDrawn = false
    private var hearsEvents = true
    /// Events that the application may still send; one that is typed at needs a handful.
    private var events = 4096
    private var isReadable = false

    /// Events that are read at the end of an application.
    static let lastWords = 64

    /// An update whose rest does not follow in this time is looked at again later.
    private static let patience: Duration = .milliseconds(50)

    init(cell: SandboxCell, mailbox: Mailbox, report: @escaping @Sendable (CellReport) -> Void) {
        self.cell = cell
        self.mailbox = mailbox
        self.report = report
    }

    /// Returns when the session has its verdict, or the application has ended.
    mutating func run(_ capture: inout RFBCapture, _ encoder: inout PictureEncoder) throws(CellThreadError) {
        while true {
            let orders = mailbox.collect()
            if orders.verdict != nil { return }
            ask = orders.ask ?? ask
            let hasTaken: Bool
            do throws(CaptureError) {
                hasTaken = try look(&capture)
            } catch {
                // The application's end closes its socket first; its last words and its status say more.
                guard cell.isEnded(within: .milliseconds(500)) else { throw .capture(error) }
                cellEnded = true
                return
            }
            try answer(capture, &encoder)
            // What was taken has answered the question to the application, but not the session's: ask again before
            // waiting for an answer that nobody owes.
            if hasTaken, ask != nil {
                isReadable = false
                continue
            }
            try wait(capture.descriptor)
            if cellEnded { return }
        }
    }

    /// Takes what has changed, and asks for the next change: only while a picture is wanted. True when something was
    /// taken, and so no question is open.
    private mutating func look(_ capture: inout RFBCapture) throws(CaptureError) -> Bool {
        guard ask != nil else { return false }
        // `next` reads nothing when it may not wait at all, but it asks.
        guard let changed = try capture.next(timeout: isReadable ? Self.patience : .zero) else { return false }
        damage = damage.union(changed)
        if !hasDrawn {
            // One colour is a window system without a window, or a canvas before the first line: not yet a picture.
            hasDrawn = unsafe !isOneColour(capture.pixels, stride: capture.stride, size: capture.size)
            if hasDrawn { report(.drawn) }
        }
        return true
    }

    private mutating func answer(
        _ capture: borrowing RFBCapture, _ encoder: inout PictureEncoder
    ) throws(CellThreadError) {
        guard let ask, hasDrawn, ask.keyframe || !damage.isEmpty else { return }
        let captured = Clock.now()
        // After the capture: see `Session.press`.
        let answered = mailbox.delivered.load(ordering: .acquiring)
        let picture: EncodedPicture?
        do throws(EncodeError) {
            picture = try unsafe encoder.encode(
                pixels: capture.pixels, stride: capture.stride, damage: damage, forceKeyframe: ask.keyframe)
        } catch { throw .encode(error) }
        damage = .empty
        // Nothing to send after all: the ask stays open for the next change.
        guard let picture else { return }
        self.ask = nil
        let pending = PendingPicture(
            isKeyframe: picture.isKeyframe, layer: UInt64(picture.layer), damage: picture.damage, answered: answered,
            payload: picture.bytes)
        report(.picture(pending, ticket: ask.ticket, captured: captured))
    }

    private mutating func wait(_ pictures: Int32) throws(CellThreadError) {
        let ready: [Poll.Events]
        do throws(SystemCallError) {
            ready = try Poll.wait(
                for: [
                    (mailbox.descriptor, .readable), (ask == nil ? -1 : pictures, .readable),
                    (hearsEvents ? cell.control : -1, .readable), (cell.ended, .readable),
                ], timeout: nil)
        } catch { throw .system(error) }
        isReadable = !ready[1].isEmpty
        if !ready[2].isEmpty {
            // Readable, and there was nothing: closed or half closed. It would stay readable for ever.
            let hasHeard = cell.reportEvents(to: report, budget: &events)
            hearsEvents = hasHeard && ready[2].isDisjoint(with: .hungUp)
        }
        cellEnded = !ready[3].isEmpty
    }
}

/// True when all pixels of a BGRx picture are the same.
private func isOneColour(_ pixels: UnsafeRawPointer, stride: Int, size: PixelSize) -> Bool {
    // SAFETY: the capture's picture has `size.height` rows of `stride` bytes, `size.width` pixels of four bytes each.
    let first = unsafe pixels.load(as: UInt32.self) & 0x00FF_FFFF
    for y in 0..<size.height {
        let row = unsafe pixels + y * stride
        for x in 0..<size.width
        where unsafe row.load(fromByteOffset: x * 4, as: UInt32.self) & 0x00FF_FFFF != first { return false }
    }
    return true
}
