public import LinuxBase

/// The decoder's side of a `DecoderLink`: the socket, the terms and the memory that came with them. Ended by the end of the
/// process only: what it owns cannot be given back from inside the cage.
@safe public struct DecoderSeat: ~Copyable {
    /// The number under which a decoder finds its socket.
    public static let socketNumber: Int32 = 3

    public let terms: DecoderTerms
    private let socket: Descriptor
    private let input: SharedMemory
    private let frames: MappedParts
    private var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount + 1)

    /// Waits for the terms and maps the memory; nil when something else comes.
    public static func take(_ socket: consuming Descriptor) throws(SystemCallError) -> DecoderSeat? {
        var packet = [UInt8](repeating: 0, count: DecoderMessage.byteCount + 1)
        let (transfer, numbers) = try UnixSocket.receive(
            into: &packet, capacity: 1 + DecoderTerms.buffers, from: socket)
        guard case .bytes(let count) = transfer, numbers.count == 1 + DecoderTerms.buffers,
            case .configure(let terms) = DecoderMessage(decoding: packet[..<count])
        else { return nil }
        let input = try SharedMemory(
            mapping: Descriptor(owning: numbers[0]), count: terms.inputBytes, writable: false)
        let frames = try MappedParts(
            numbers.dropFirst().map { SharedDescriptor(Descriptor(owning: $0)) }, partBytes: terms.bufferStride)
        return DecoderSeat(terms: terms, socket: socket, input: input, frames: frames)
    }

    private init(
        terms: DecoderTerms, socket: consuming Descriptor, input: consuming SharedMemory, frames: consuming MappedParts
    ) {
        self.terms = terms
        self.socket = socket
        self.input = input
        self.frames = frames
    }

    /// The frame buffers, `terms.bufferStride` bytes apart; valid for as long as the process.
    public var frameMemory: UnsafeMutableRawPointer { unsafe frames.base }

    /// What the terminal said next; waits for it. Nil when it has closed the socket.
    public mutating func next() throws(SystemCallError) -> Received? {
        guard case .bytes(let count) = try socket.read(into: &packet) else { return nil }
        switch DecoderMessage(decoding: packet[..<count]) {
        case .unit(let sequence, let slot, let length)
        where slot < DecoderTerms.slots && length <= terms.maximumBytes:
            return .unit(Unit(sequence: sequence, slot: slot, length: length))
        case .release(let buffer): return .release(buffer: buffer)
        default: return .nonsense
        }
    }

    public enum Received: Equatable, Sendable {
        case unit(Unit)
        case release(buffer: Int)
        /// Nothing that a terminal says at this point.
        case nonsense
    }

    /// An access unit in one of the input slots.
    public struct Unit: Equatable, Sendable {
        public let sequence: UInt64
        fileprivate let slot: Int
        fileprivate let length: Int
    }

    /// Copies the unit's bytes in place of those in `bytes`: so that gate and codec see the same ones, whatever happens to
    /// the shared ones meanwhile.
    public func copy(_ unit: Unit, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        // SAFETY: `next` checked slot and length against the mapping's layout.
        unsafe bytes.append(
            contentsOf: UnsafeRawBufferPointer(start: input.base + unit.slot * terms.slotStride, count: unit.length))
    }

    /// A terminal that is gone is noticed at the next read.
    public func answer(_ message: DecoderMessage) throws(SystemCallError) {
        _ = try socket.write(message.encoded()[...])
    }
}
