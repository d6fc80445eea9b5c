import Decoder
import LinuxBase
import Logging
import Measurements
import Pictures
import Plane
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
    /// Pictures that the display shows straight from the decoder's buffers, by buffer.
    private var lent: [Int: DecodedFrame] = [:]
    /// The display's number for the memory that is decoded into; nil when it is the decoder's own.
    private(set) var memory: Int?
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

    /// Takes `display`'s memory to decode into where it has some that it can show.
    mutating func open(_ parameters: PictureParameters, _ display: DisplayPlane?) throws(DecoderError) {
        close()
        let link: DecoderLink
        do throws(DecoderError) {
            link = try start(spare.take(), parameters, display)
        } catch .ended {
            // The spare had died while it waited.
            link = try start(nil, parameters, display)
        }
        descriptor = link.descriptor
        decoder = consume link
        self.parameters = parameters
    }

    private mutating func start(
        _ ready: consuming DecoderSpare?, _ parameters: PictureParameters, _ display: DisplayPlane?
    ) throws(DecoderError) -> DecoderLink {
        let process: DecoderSpare
        if let ready = ready.take() { process = ready } else { process = try DecoderSpare(executable: executable) }
        let buffers = display?.openStream(
            layout: PlanarLayout(size: parameters.size), bytes: DecoderTerms.bufferStride(of: parameters.size),
            count: DecoderTerms.buffers)
        memory = buffers?.number
        return try DecoderLink(
            spare: process, size: parameters.size, maximumBytes: WireLimits.serverFrameBytes,
            profile: Int(parameters.profile), level: Int(parameters.level), frames: buffers?.descriptors)
    }

    /// A fresh process for the same stream, after a crash, a refusal or a hang.
    mutating func reopen(_ display: DisplayPlane?) throws(DecoderError) {
        guard let parameters else { return }
        try open(parameters, display)
    }

    mutating func close() {
        decoder = nil
        descriptor = -1
        deadline = nil
        waiting = []
        lent = [:]
        memory = nil
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

    /// How the display knows a picture that was decoded into its memory.
    func reference(_ frame: DecodedFrame) -> FrameReference? {
        memory.map { FrameReference(memory: $0, buffer: frame.buffer) }
    }

    /// The display holds the picture until it says otherwise.
    mutating func lend(_ frame: DecodedFrame) { lent[frame.buffer] = frame }

    /// The display has given a picture back. One of an earlier decoder went with it.
    mutating func takeBack(_ reference: FrameReference) {
        guard reference.memory == memory, let frame = lent.removeValue(forKey: reference.buffer) else { return }
        decoder?.release(frame)
    }

    /// The picture behind a reference, while it is lent.
    func lentFrame(_ reference: FrameReference?) -> DecodedFrame? {
        guard let reference, reference.memory == memory else { return nil }
        return lent[reference.buffer]
    }

    private mutating func submitWaiting() throws(DecoderError) {
        while let unit = waiting.first, decoder?.canSubmit == true {
            try decoder?.submit(unit.payload, sequence: unit.sequence)
            waiting.removeFirst()
        }
        let patience = decoder?.isReady == true ? Self.patience : Self.startPatience
        deadline = decoder?.waitingSince.map { $0 + patience }
    }
}
