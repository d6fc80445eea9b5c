internal import Admission
internal import Capture
internal import Catalogue
internal import Cell
internal import Encode
internal import LinuxBase
internal import Measurements
internal import Pictures
internal import RFB
internal import Send
internal import Wire

/// What a cell thread tells its session. Every report is handed to the event loop.
enum CellReport: Sendable {
    case refused(Refusal)
    case prepared(Prepared)
    /// The stream's parameters are known: the terminal may be told that it is accepted.
    case encoding(PictureParameters)
    case cellStarted(SandboxCell)
    /// The application serves pictures and takes keys.
    case serving(RFBInput)
    /// The picture is no longer of one colour: the application has drawn something.
    case drawn
    case picture(PendingPicture, ticket: UInt64, captured: MonotonicTime)
    case event(ApplicationEvent)
    /// What the application printed, bounded and printable: it failed, and the operator may ask why.
    case printed(String)
    /// The application is gone; its events have all been reported.
    case exited(succeeded: Bool, how: String)
    case failed(reason: String)
    /// The cell is destroyed, the audit closed. The last report.
    case finished
}

/// Where cells come from.
struct CellPlace: Sendable {
    /// Path of `vitrine-cell`.
    var jailer: String
    /// Folders with libraries that applications need beside the system's.
    var libraries: [String]
}

/// One session's thread: it admits the request, starts the cell, captures, encodes, and destroys the cell. Blocks as it
/// likes; once the application serves pictures all its waiting is one poll. (The jailer's life hangs on a thread of the
/// cell's own, which lives until the cell is gone; when the server is killed, all its cells die with it.)
struct CellThread: Sendable {
    let request: ExecutionRequest
    let terminal: AdmittedTerminal
    let registry: Registry
    let place: CellPlace
    let mailbox: Mailbox
    let report: @Sendable (CellReport) -> Void

    func start() throws(SystemCallError) { try WorkerThread.start("session") { run() } }

    private func run() {
        defer { report(.finished) }
        switch registry.prepare(request, on: terminal) {
        case .failure(let refused): report(.refused(refused.refusal))
        case .success(let prepared):
            report(.prepared(prepared))
            do throws(CellThreadError) { try live(prepared) } catch { report(.failed(reason: error.told)) }
            // The cell is gone by now; whatever the session made of it goes into the records.
            registry.finish(prepared.id, mailbox.awaitVerdict())
        }
    }

    /// From the encoder's start to the cell's end.
    private func live(_ prepared: Prepared) throws(CellThreadError) {
        var encoder: PictureEncoder
        do throws(EncodeError) {
            encoder = try PictureEncoder(size: request.target.size)
        } catch { throw .encode(error) }
        guard UInt64(encoder.parameters.level) <= request.target.level else { throw .level(encoder.parameters.level) }
        report(.encoding(encoder.parameters.onWire(encoder.size)))
        guard mailbox.collect().verdict == nil else { return }

        let cell: SandboxCell
        let limits = prepared.entry.manifest.limits
        do throws(CellError) {
            cell = try SandboxCell(prepared.specification(libraries: place.libraries), jailer: place.jailer)
        } catch { throw .cell(error) }
        defer { cell.stop() }
        defer { cell.reportOutput(to: report) }
        report(.cellStarted(cell))

        var capture: RFBCapture
        do throws(CaptureError) {
            capture = try RFBCapture(
                socket: cell.rfbSocket, size: request.target.size, timeout: .seconds(limits.firstPictureSeconds),
                ended: cell.ended)
        } catch {
            // The application may have said why before it went.
            if error == .ended || cell.isEnded(within: .zero) { return cell.reportEnd(to: report) }
            var budget = CaptureLoop.lastWords
            cell.reportEvents(to: report, budget: &budget)
            throw .capture(error)
        }
        report(.serving(capture.input))
        var loop = CaptureLoop(cell: cell, mailbox: mailbox, report: report)
        do throws(CellThreadError) {
            try loop.run(&capture, &encoder)
        } catch {
            // Its answer, if it gave one, comes before our complaint: the first end counts.
            var budget = CaptureLoop.lastWords
            cell.reportEvents(to: report, budget: &budget)
            throw error
        }
        if loop.cellEnded { cell.reportEnd(to: report) }
    }
}
