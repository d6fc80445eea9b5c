public import LinuxBase
public import Measurements
public import Pictures

/// One session's decoder. Nothing here blocks: access units go into shared slots (the caller keeps them while `canSubmit`
/// is false), answers come in the order of submission, one for each. A frame is always with exactly one side:
/// decoder → (`receive`) → caller → (`release`) → decoder.
@safe public struct DecoderLink: ~Copyable, Sendable {
    private var worker: DecoderSpare
    private let input: SharedMemory
    private let frames: MappedParts
    private let terms: DecoderTerms
    private let layout: PlanarLayout
    /// Submitted and not answered, oldest first.
    private var unanswered: [Submission] = []
    private var held: Set<Int> = []
    private var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount + 1)
    private var hasEnded = false
    private var lastHeard = Clock.now()

    /// The decoder has confined itself and waits for access units.
    public private(set) var isReady = false

    private struct Submission {
        let sequence: UInt64
        let slot: Int
        let time: MonotonicTime
    }

    /// Starts a decoder and gives it its terms: see the other initialiser.
    public init(
        executable: String, size: PixelSize, maximumBytes: Int, profile: Int = 66, level: Int = 52,
        frames memory: [SharedDescriptor]? = nil
    ) throws(DecoderError) {
        try self.init(
            spare: DecoderSpare(executable: executable), size: size, maximumBytes: maximumBytes, profile: profile,
            level: level, frames: memory)
    }

    /// Gives a waiting decoder its terms; does not wait for its answer. Throws `.ended` when it has died while waiting.
    /// `maximumBytes` bounds an access unit, `profile` is the stream's profile_idc (66 or 77), `level` its highest
    /// level_idc. Sizes come from a negotiation that has checked them: sides from 16 to 4096 pixels. The frame buffers lie
    /// in `memory`, for instance DMA-BUFs that the display imports as well: `DecoderTerms.buffers` descriptors of at least
    /// `bufferStride` bytes each, which both processes map. Without it they get fresh shared memory.
    public init(
        spare: consuming DecoderSpare, size: PixelSize, maximumBytes: Int, profile: Int = 66, level: Int = 52,
        frames memory: [SharedDescriptor]? = nil
    ) throws(DecoderError) {
        guard
            let terms = DecoderTerms(
                width: size.width, height: size.height, maximumBytes: maximumBytes, profile: profile, level: level)
        else { preconditionFailure("the picture size and the limits were negotiated within their bounds") }
        let brokenPipe: Int32 = 32
        do throws(SystemCallError) {
            let input = try SharedMemory(name: "vitrine-units", count: terms.inputBytes)
            let frames = try Self.frames(in: memory, terms)
            let sent = try UnixSocket.send(
                DecoderMessage.configure(terms).encoded(),
                descriptors: [input.descriptor.raw] + frames.parts.map(\.raw),
                to: spare.socket)
            guard case .bytes = sent else { throw SystemCallError("sendmsg(decoder)", brokenPipe) }
            self.input = input
            self.frames = frames
        } catch { throw error.code == brokenPipe ? .ended : .system(error) }
        self.terms = terms
        layout = terms.layout
        worker = spare
    }

    private static func frames(
        in memory: [SharedDescriptor]?, _ terms: DecoderTerms
    ) throws(SystemCallError) -> MappedParts {
        guard let memory else {
            return try MappedParts(name: "vitrine-frames", count: DecoderTerms.buffers, partBytes: terms.bufferStride)
        }
        precondition(memory.count == DecoderTerms.buffers, "one descriptor for each buffer")
        return try MappedParts(memory, partBytes: terms.bufferStride)
    }

    /// Becomes readable when `receive` has something to say.
    public var descriptor: Int32 { worker.socket.raw }
    public var processIdentifier: Int32 { worker.processIdentifier }
    /// There is room for one more access unit.
    public var canSubmit: Bool { !hasEnded && unanswered.count < DecoderTerms.slots }
    /// Since when the decoder owes an answer and has given none: one that hangs is found by it. Nil when it owes nothing.
    public var waitingSince: MonotonicTime? { unanswered.first.map { max($0.time, lastHeard) } }

    /// Hands over one access unit. Nothing has happened when it throws.
    public mutating func submit(_ payload: ArraySlice<UInt8>, sequence: UInt64) throws(DecoderError) {
        guard !hasEnded else { throw .ended }
        guard payload.count <= terms.maximumBytes else {
            throw .tooLarge(bytes: payload.count, limit: terms.maximumBytes)
        }
        guard let slot = (0..<DecoderTerms.slots).first(where: { slot in !unanswered.contains { $0.slot == slot } })
        else { throw .full }
        // SAFETY: a slot has slotStride ≥ maximumBytes bytes, and no unanswered unit is in this one.
        unsafe payload.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe (input.base + slot * terms.slotStride).copyMemory(from: start, byteCount: bytes.count)
        }
        try send(.unit(sequence: sequence, slot: slot, length: payload.count))
        unanswered.append(Submission(sequence: sequence, slot: slot, time: Clock.now()))
    }

    /// Everything the decoder has said since the last call; empty when it is still at work.
    public mutating func receive() throws(DecoderError) -> [DecoderEvent] {
        var events: [DecoderEvent] = []
        while !hasEnded {
            let transfer: Transfer
            do throws(SystemCallError) { transfer = try worker.socket.read(into: &packet) } catch {
                throw .system(error)
            }
            switch transfer {
            case .wouldBlock: return events
            case .closed: events.append(.ended(try end()))
            case .bytes(let count):
                // The decoder may be an attacker's by now: each answer must be one that the books expect.
                switch DecoderMessage(decoding: packet[..<count]) {
                case .ready where !isReady:
                    isReady = true
                    lastHeard = Clock.now()
                case .frame(let sequence, let buffer, let microseconds, let colour)
                where sequence == unanswered.first?.sequence && buffer < DecoderTerms.buffers
                    && !held.contains(buffer):
                    unanswered.removeFirst()
                    lastHeard = Clock.now()
                    held.insert(buffer)
                    events.append(
                        .frame(
                            DecodedFrame(
                                sequence: sequence, buffer: buffer, microseconds: microseconds, colour: colour)))
                case .refused(let sequence, let reason) where sequence == unanswered.first?.sequence:
                    unanswered.removeFirst()
                    lastHeard = Clock.now()
                    events.append(.refused(sequence: sequence, reason: reason))
                default: events.append(.ended(try end()))
                }
            }
        }
        return events
    }

    /// Lends the frame's planes for reading (they are mapped writable; writing would spoil later pictures).
    public borrowing func withFrame<R>(_ frame: DecodedFrame, _ body: (PlanarView) -> R) -> R {
        precondition(held.contains(frame.buffer), "a frame is looked at between receive and release")
        // SAFETY: the buffer index was checked when it came; a buffer has bufferStride ≥ layout.byteCount bytes.
        return body(unsafe PlanarView(base: frames.base + frame.buffer * terms.bufferStride, layout: layout))
    }

    /// Gives a frame back. A frame of a decoder that has ended may be released as well.
    public mutating func release(_ frame: DecodedFrame) {
        precondition(held.remove(frame.buffer) != nil, "a frame is released once")
        guard !hasEnded else { return }
        // A decoder that is gone says so at the next receive.
        try? send(.release(buffer: frame.buffer))
    }

    /// Ends the process and frees what was shared.
    public consuming func close() { worker.process.signal(9 /* SIGKILL: it has nothing to save */) }

    private borrowing func send(_ message: DecoderMessage) throws(DecoderError) {
        let transfer: Transfer
        do throws(SystemCallError) {
            transfer = try UnixSocket.send(message.encoded(), to: worker.socket)
        } catch { throw .system(error) }
        switch transfer {
        case .bytes: return
        // The socket holds hundreds of packets, the slots and buffers allow thirteen: it is not reading.
        case .wouldBlock: throw .full
        case .closed: throw .ended
        }
    }

    private mutating func end() throws(DecoderError) -> ExitStatus {
        hasEnded = true
        unanswered = []
        // Its socket is closed, so it is dying already or must; a status that is set already stays as it is.
        worker.process.signal(9)
        do throws(SystemCallError) { return try worker.process.wait() ?? .signalled(9) } catch { throw .system(error) }
    }
}
