internal import Codec
internal import Confinement
internal import Decoder
internal import Glibc
internal import LinuxBase
internal import Measurements
internal import Pictures

/// Why the process ended, for the terminal's log: its exit status is all that it can say.
enum ExitCode {
    /// The terminal has closed the socket.
    static let done: Int32 = 0
    /// Descriptor 3 is not the terminal's socket, or its first message is not the terms.
    static let notConfigured: Int32 = 64
    /// The terminal sent something that the protocol does not know.
    static let protocolError: Int32 = 65
    /// libavcodec, memory or socket failed.
    static let system: Int32 = 70
    /// A step of the confinement failed.
    static let notConfined: Int32 = 77
}

func leave(_ code: Int32) -> Never { exit(code) }

/// The whole life: open, take the terms and buffers, confine, decode.
struct DecoderService: ~Copyable {
    private let socket: Descriptor
    private let terms: DecoderTerms
    private let input: SharedMemory
    private let frames: SharedMemory
    private var codec: H264Codec
    private var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount + 1)
    private var unit: [UInt8] = []
    private var waiting: [(sequence: UInt64, slot: Int, length: Int)] = []

    /// Ends the process.
    static func live(on socket: consuming Descriptor) -> Never {
        do {
            let service = try prepared(on: socket)
            try Confine.enter()
            finish(service)
        } catch is ConfinementError {
            leave(ExitCode.notConfined)
        } catch {
            leave(ExitCode.system)
        }
    }

    /// Serves, and ends the process while `service` is still whole: to give back what it owns takes calls that are
    /// forbidden by now.
    private static func finish(_ service: consuming DecoderService) -> Never {
        let code = service.run()
        withExtendedLifetime(service) { () -> Void in leave(code) }
        preconditionFailure("leave does not come back")
    }

    private static func prepared(on socket: consuming Descriptor) throws -> DecoderService {
        // First what needs files and time: a spare does it while nobody waits.
        let codec = try H264Codec()
        guard let (terms, units, pictures) = try awaitTerms(on: socket) else { leave(ExitCode.notConfigured) }
        let input = try SharedMemory(
            mapping: Descriptor(owning: units), count: terms.slotStride * DecoderTerms.slots, writable: false)
        let frames = try SharedMemory(
            mapping: Descriptor(owning: pictures), count: terms.bufferStride * DecoderTerms.buffers, writable: true)
        return DecoderService(socket: socket, codec: codec, terms: terms, input: input, frames: frames)
    }

    /// The terms, and the descriptors of input slots and frame buffers; nil when something else comes.
    private static func awaitTerms(
        on socket: borrowing Descriptor
    ) throws -> (terms: DecoderTerms, input: Int32, frames: Int32)? {
        var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount + 1)
        let (transfer, numbers) = try UnixSocket.receive(into: &packet, capacity: 2, from: socket)
        guard case .bytes(let count) = transfer, numbers.count == 2,
            case .configure(let terms) = DecoderMessage(decoding: packet[..<count])
        else { return nil }
        return (terms, numbers[0], numbers[1])
    }

    private init(
        socket: consuming Descriptor, codec: consuming H264Codec, terms: DecoderTerms, input: consuming SharedMemory,
        frames: consuming SharedMemory
    ) {
        let stream = StreamTerms(
            size: terms.size, profile: terms.profile, level: terms.level, maximumBytes: terms.maximumBytes)
        // SAFETY: the mapping has buffers × bufferStride bytes and lives as long as this value, as the codec does.
        unsafe codec.attach(
            base: frames.base, stride: terms.bufferStride, count: DecoderTerms.buffers, layout: terms.layout,
            terms: stream)
        self.socket = socket
        self.codec = codec
        self.terms = terms
        self.input = input
        self.frames = frames
        unit.reserveCapacity(terms.maximumBytes)
    }

    private mutating func run() -> Int32 {
        do throws(SystemCallError) { return try serve() } catch { return ExitCode.system }
    }

    /// Decodes until the terminal closes the socket. An access unit waits until a buffer is free for its picture.
    private mutating func serve() throws(SystemCallError) -> Int32 {
        try answer(.ready)
        while true {
            while let next = waiting.first, codec.hasFreeBuffer {
                waiting.removeFirst()
                try answer(decode(next))
            }
            guard case .bytes(let count) = try socket.read(into: &packet) else { return ExitCode.done }
            switch DecoderMessage(decoding: packet[..<count]) {
            case .unit(let sequence, let slot, let length)
            where slot < DecoderTerms.slots && length <= terms.maximumBytes && waiting.count < DecoderTerms.slots:
                waiting.append((sequence, slot, length))
            case .release(let buffer) where codec.giveBack(buffer): break
            default: return ExitCode.protocolError
            }
        }
    }

    private mutating func decode(_ next: (sequence: UInt64, slot: Int, length: Int)) -> DecoderMessage {
        let start = Clock.now()
        // A copy of its own, so that gate and codec see the same bytes whatever happens to the shared ones.
        unit.removeAll(keepingCapacity: true)
        // SAFETY: slot and length were checked against the mapping's layout.
        unsafe unit.append(
            contentsOf: UnsafeRawBufferPointer(start: input.base + next.slot * terms.slotStride, count: next.length))
        do throws(CodecError) {
            let buffer = try codec.decode(unit[...])
            let time = UInt32(clamping: (Clock.now() - start).wholeNanoseconds / 1000)
            return .frame(sequence: next.sequence, buffer: buffer, microseconds: time)
        } catch { return .refused(sequence: next.sequence, reason: DecoderRefusal(error)) }
    }

    private borrowing func answer(_ message: DecoderMessage) throws(SystemCallError) {
        _ = try socket.write(message.encoded()[...])  // A terminal that is gone is noticed at the next read.
    }
}

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
