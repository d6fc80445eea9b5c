internal import Cage
internal import Codec
internal import Decoder
internal import LinuxBase
internal import Measurements
internal import Pictures

/// The whole life: open, take the terms and buffers, close the cage, decode.
struct DecoderService: ~Copyable {
    private var seat: DecoderSeat
    private var codec: H264Codec
    private var unit: [UInt8] = []
    private var waiting: [DecoderSeat.Unit] = []

    /// Ends the process.
    static func live(on socket: consuming Descriptor) -> Never {
        do {
            // First what needs files and time: a spare does it while nobody waits.
            let codec = try H264Codec()
            guard let seat = try DecoderSeat.take(socket) else { leave(.notConfigured) }
            finish(DecoderService(seat: seat, codec: codec))
        } catch {
            leave(.system)
        }
    }

    /// Closes the cage, serves, and ends the process while `service` is still whole: to give back what it owns takes calls
    /// that are forbidden by then, and a terminal that sees the socket closed does not wait for the reason.
    private static func finish(_ service: consuming DecoderService) -> Never {
        let end = service.confineAndRun()
        withExtendedLifetime(service) { () -> Void in leave(end) }
        preconditionFailure("leave does not come back")
    }

    private init(seat: consuming DecoderSeat, codec: consuming H264Codec) {
        let terms = seat.terms
        let stream = StreamTerms(
            size: terms.size, profile: terms.profile, level: terms.level, maximumBytes: terms.maximumBytes)
        // SAFETY: the mapping has buffers × bufferStride bytes and stays as long as the process does.
        unsafe codec.attach(
            base: seat.frameMemory, stride: terms.bufferStride, count: DecoderTerms.buffers, layout: terms.layout,
            terms: stream)
        unit.reserveCapacity(terms.maximumBytes)
        self.seat = seat
        self.codec = codec
    }

    private mutating func confineAndRun() -> DecoderExit {
        do throws(CageError) {
            try Cage.close(keeping: DecoderSeat.socketNumber, room: seat.terms.roomBytes)
        } catch { return .notConfined }
        do throws(SystemCallError) { return try serve() } catch { return .system }
    }

    /// Decodes until the terminal closes the socket. An access unit waits until a buffer is free for its picture.
    private mutating func serve() throws(SystemCallError) -> DecoderExit {
        try seat.answer(.ready)
        while true {
            while let next = waiting.first, codec.hasFreeBuffer {
                waiting.removeFirst()
                try seat.answer(decode(next))
            }
            switch try seat.next() {
            case nil: return .done
            case .unit(let unit) where waiting.count < DecoderTerms.slots: waiting.append(unit)
            case .release(let buffer) where codec.giveBack(buffer): break
            default: return .protocolError
            }
        }
    }

    private mutating func decode(_ next: DecoderSeat.Unit) -> DecoderMessage {
        let start = Clock.now()
        seat.copy(next, into: &unit)
        do throws(CodecError) {
            let picture = try codec.decode(unit[...])
            let time = UInt32(clamping: (Clock.now() - start).wholeNanoseconds / 1000)
            return .frame(
                sequence: next.sequence, buffer: picture.buffer, microseconds: time, colour: picture.colour)
        } catch { return .refused(sequence: next.sequence, reason: DecoderRefusal(error)) }
    }
}

/// At once: handlers of the libraries' ends would make calls that are forbidden by now.
func leave(_ end: DecoderExit) -> Never { exitNow(end.rawValue) }

extension DecoderRefusal {
    init(_ error: CodecError) {
        switch error {
        case .refused(.tooLarge): self = .tooLarge
        case .refused(.malformed): self = .malformed
        case .refused(.notAllowed): self = .notAllowed
        case .refused(.wrongParameters): self = .wrongParameters
        case .refused(.needsKeyframe): self = .needsKeyframe
        case .refused(.gap): self = .gap
        case .refused(.notOnePicture): self = .notOnePicture
        case .damaged, .concealed, .noPicture: self = .damaged
        case .unavailable, .outOfMemory, .open, .noBuffer: self = .exhausted
        }
    }
}
