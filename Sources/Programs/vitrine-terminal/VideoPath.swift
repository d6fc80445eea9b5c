import Decoder
import LinuxBase
import Logging
import Measurements
import Pictures
import Wire

/// The decoder of the running session, the access units that wait for it, and a spare process for the next one.
struct VideoPath: ~Copyable {
    /// A decoder that has said nothing for this long is replaced; one that has just been started may take longer.
    private static let patience: Duration = .milliseconds(500)
    private static let startPatience: Duration = .seconds(5)
    /// Most access units that wait for a slot; beyond, the decoder does not keep up and is told so by starting again.
    private static let queueLimit = 32

    private let executable: String
    private var decoder: DecoderLink?
    private var spare: DecoderSpare?
    private var parameters: PictureParameters?
    private var waiting: [AccessUnit] = []
    /// -1 while no session runs.
    private(set) var descriptor: Int32 = -1
    private(set) var deadline: MonotonicTime?

    init(executable: String) { self.executable = executable }

    /// Starts a process that waits for the next session: that takes longer than a picture may.
    mutating func prepareSpare(_ log: Logger) {
        guard spare == nil else { return }
        do throws(DecoderError) {
            spare = try DecoderSpare(executable: executable)
        } catch {
            log.error("no spare decoder: \(error)")
        }
    }

    mutating func open(_ parameters: PictureParameters) throws(DecoderError) {
        close()
        let link: DecoderLink
        do throws(DecoderError) {
            link = try start(spare.take(), parameters)
        } catch .ended {
            // The spare had died while it waited.
            link = try start(nil, parameters)
        }
        descriptor = link.descriptor
        decoder = consume link
        self.parameters = parameters
    }

    private func start(
        _ ready: consuming DecoderSpare?, _ parameters: PictureParameters
    ) throws(DecoderError) -> DecoderLink {
        let process: DecoderSpare
        if let ready = ready.take() { process = ready } else { process = try DecoderSpare(executable: executable) }
        return try DecoderLink(
            spare: process, size: parameters.size, maximumBytes: WireLimits.serverFrameBytes,
            profile: Int(parameters.profile), level: Int(parameters.level))
    }

    /// A fresh process for the same stream, after a crash, a refusal or a hang.
    mutating func reopen() throws(DecoderError) {
        guard let parameters else { return }
        try open(parameters)
    }

    mutating func close() {
        decoder = nil
        descriptor = -1
        deadline = nil
        waiting = []
        parameters = nil
    }

    /// Hands over an access unit, or keeps it until there is room. False when too many wait already.
    mutating func decode(_ unit: AccessUnit) throws(DecoderError) -> Bool {
        guard waiting.count < Self.queueLimit else { return false }
        waiting.append(unit)
        try submitWaiting()
        return true
    }

    mutating func receive() throws(DecoderError) -> [DecoderEvent] {
        let events = try decoder?.receive() ?? []
        try submitWaiting()
        return events
    }

    mutating func show(_ frame: DecodedFrame, _ body: (PlanarView) -> Void) {
        decoder?.withFrame(frame, body)
    }

    mutating func release(_ frame: DecodedFrame) { decoder?.release(frame) }

    private mutating func submitWaiting() throws(DecoderError) {
        while let unit = waiting.first, decoder?.canSubmit == true {
            try decoder?.submit(unit.payload, sequence: unit.sequence)
            waiting.removeFirst()
        }
        let patience = decoder?.isReady == true ? Self.patience : Self.startPatience
        deadline = decoder?.waitingSince.map { $0 + patience }
    }
}
