internal import Catalogue
internal import Cell
internal import Encode
internal import LinuxBase
internal import Pictures
internal import Wire

extension SandboxCell {
    /// Whether the application has ended by now, or does in this time.
    func isEnded(within time: Duration) -> Bool {
        // An error of poll: then it runs as far as anybody knows, and the session's limits end it.
        (try? Poll.wait(for: ended, events: .readable, timeout: time))?.isEmpty == false
    }

    /// Everything that the application has said and nobody has heard yet; true when that was something. Something
    /// unintelligible ends the session, and so does more than `budget`: every event costs the loop that all share.
    @discardableResult
    func reportEvents(to report: (CellReport) -> Void, budget: inout Int) -> Bool {
        let before = budget
        do {
            while let packet = try receive() {
                budget -= 1
                guard budget >= 0 else {
                    report(.failed(reason: "the application says too much"))
                    return false
                }
                report(.event(try ApplicationEvent(decoding: packet)))
            }
        } catch {
            report(.failed(reason: "the application sent a malformed event"))
            return false
        }
        return budget < before
    }

    /// The end of what it printed, if it printed anything: ASCII, one line, at most 2 KiB.
    func reportOutput(to report: (CellReport) -> Void) {
        let end = log().utf8.suffix(2048)
        guard !end.isEmpty else { return }
        report(.printed(String(decoding: end.map { (0x20...0x7E).contains($0) ? $0 : 0x20 }, as: UTF8.self)))
    }

    /// The application's last words, and how it ended.
    func reportEnd(to report: (CellReport) -> Void) {
        var budget = CaptureLoop.lastWords
        reportEvents(to: report, budget: &budget)
        let status = exitStatus()
        report(.exited(succeeded: status == .exited(0), how: status?.description ?? "ended"))
    }
}

extension Prepared {
    /// What the cell is to run with.
    func specification(libraries: [String]) -> CellSpecification {
        let manifest = entry.manifest
        return CellSpecification(
            application: manifest.id, kind: manifest.kind.cell, root: entry.folder,
            command: manifest.page.map { [CellLayout.webHost, "\(WebPolicy.origin(of: manifest.id))/\($0)"] }
                ?? manifest.command, size: request.size, request: request.encoded(),
            limits: CellLimits(
                memoryBytes: UInt64(clamping: manifest.limits.memoryBytes),
                cpuSeconds: UInt64(clamping: manifest.limits.cpuSeconds),
                processes: UInt64(clamping: manifest.limits.processes),
                openFiles: UInt64(clamping: manifest.limits.openFiles),
                fileBytes: UInt64(clamping: manifest.limits.fileBytes)), libraries: libraries, image: entry.image)
    }
}

extension ApplicationKind {
    fileprivate var cell: CellSpecification.Kind {
        switch self {
        case .native: .native
        case .window: .window
        case .web: .web
        }
    }
}

extension PictureEncoder.Parameters {
    /// As `Accepted` has it.
    func onWire(_ size: PixelSize) -> PictureParameters {
        PictureParameters(
            size: size, profile: UInt64(profile), level: UInt64(level), temporalLayers: UInt64(temporalLayers))
    }
}
