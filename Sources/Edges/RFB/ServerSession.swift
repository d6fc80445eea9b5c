public import Pictures

/// What a client said.
public enum RFBServerEvent: Equatable, Sendable {
    /// The handshake is done; requests may follow.
    case ready
    case keyDown(UInt32)
    case keyUp(UInt32)
    /// Position inside the picture, and the buttons held, bit 0 for the first.
    case pointer(x: Int, y: Int, buttons: UInt8)
    /// Kept by the session until it is answered; told for those who want to know. The area is cut to the picture.
    case updateRequested(incremental: Bool, Rectangle)
}

/// The serving end of one connection: bytes in, events out, and bytes to send in `output`. Pure.
///
///     version → security → result + init → ready ⟲ (SetPixelFormat, SetEncodings, requests, keys, pointer, text)
///
/// A request is answered when there is something to show: at once when it is not incremental, else when there is damage
/// inside its area. Damage without a request is kept, merged, until one comes: asking is the client's back-pressure.
public struct RFBServerSession: Sendable {
    private enum State: Sendable, Equatable {
        case version
        case security
        case clientInit
        case ready
        /// Inside a clipboard text that nobody wants.
        case skipping(bytes: Int)
    }

    public let size: PixelSize
    private let name: String
    private var state = State.version
    private var input: [UInt8] = []
    private var request: (incremental: Bool, area: Rectangle)?
    private var damage = Rectangle.empty
    private(set) var format = RFBPixelFormat.native
    /// Bytes for the client, oldest first; the driver takes them away.
    public internal(set) var output: [UInt8]

    public init(size: PixelSize, name: String) {
        self.size = size
        self.name = String(decoding: name.utf8.prefix(RFBLimits.textBytes), as: UTF8.self)
        output = Array("RFB 003.008\n".utf8)
    }

    public var isReady: Bool {
        switch state {
        case .ready, .skipping: true
        case .version, .security, .clientInit: false
        }
    }

    /// Something to show and somebody who asked for it.
    public var wantsUpdate: Bool {
        guard let request else { return false }
        return !request.incremental || !damage.intersection(request.area).isEmpty
    }

    /// Takes what arrived, in pieces of any size.
    public mutating func receive(_ bytes: ArraySlice<UInt8>) throws(RFBError) -> [RFBServerEvent] {
        input.append(contentsOf: bytes)
        var events: [RFBServerEvent] = []
        var start = 0
        defer { input.removeFirst(start) }
        while start < input.count {
            let used = try step(input[start...], &events)
            guard used > 0 else { break }
            start += used
        }
        return events
    }

    public mutating func addDamage(_ rectangle: Rectangle) {
        damage = damage.union(rectangle.intersection(size.bounds))
    }

    /// Everything waiting in `output`, which is empty afterwards.
    public mutating func takeOutput() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &output)
        return taken
    }

    /// What to answer the open request with, and marks it answered: nil when there is nothing to say.
    mutating func beginUpdate() -> Rectangle? {
        guard wantsUpdate, let request else { return nil }
        let area = request.incremental ? damage.intersection(request.area) : request.area
        self.request = nil
        // Damage that sticks out of the requested area stays, as its bounding box.
        if request.area.contains(damage) { damage = .empty }
        return area
    }

    // MARK: Messages (each returns how many bytes it used, 0 for "not all here yet")

    private mutating func step(
        _ bytes: ArraySlice<UInt8>, _ events: inout [RFBServerEvent]
    ) throws(RFBError) -> Int {
        switch state {
        case .version:
            guard bytes.count >= 12 else { return 0 }
            try RFBVersion.check(bytes.prefix(12))
            output += [1, RFBVersion.securityNone]
            state = .security
            return 12
        case .security:
            guard bytes.first == RFBVersion.securityNone else { throw .security }
            output += [0, 0, 0, 0]
            state = .clientInit
            return 1
        case .clientInit:
            output += UInt16(size.width).bytes + UInt16(size.height).bytes + RFBPixelFormat.native.encoded
            output += UInt32(name.utf8.count).bytes + Array(name.utf8)
            state = .ready
            events.append(.ready)
            return 1
        case .ready:
            return try message(bytes, &events)
        case .skipping(let left):
            let used = min(left, bytes.count)
            state = used == left ? .ready : .skipping(bytes: left - used)
            return used
        }
    }

    private mutating func message(
        _ bytes: ArraySlice<UInt8>, _ events: inout [RFBServerEvent]
    ) throws(RFBError) -> Int {
        let b = bytes.prefix(20)
        let at = b.startIndex
        switch b[at] {
        case 0:  // SetPixelFormat
            guard b.count >= 20 else { return 0 }
            format = try RFBPixelFormat(b[(at + 4)...])
            return 20
        case 2:  // SetEncodings: every client takes Raw, and Raw is all there is.
            guard b.count >= 4 else { return 0 }
            let count = Int(UInt16(bigEndian: b[(at + 2)...]))
            guard count <= RFBLimits.encodings else {
                throw .tooLong(bytes: count * 4, limit: RFBLimits.encodings * 4)
            }
            return bytes.count >= 4 + count * 4 ? 4 + count * 4 : 0
        case 3:  // FramebufferUpdateRequest
            guard b.count >= 10 else { return 0 }
            let numbers = stride(from: at + 2, to: at + 10, by: 2).map { Int(UInt16(bigEndian: b[$0...])) }
            let area = Rectangle(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
                .intersection(size.bounds)
            let incremental = b[at + 1] != 0
            // A second request before the answer: the wider of the two is owed.
            request = (incremental && request?.incremental ?? true, area.union(request?.area ?? .empty))
            events.append(.updateRequested(incremental: incremental, area))
            return 10
        case 4:  // KeyEvent
            guard b.count >= 8 else { return 0 }
            let keysym = UInt32(bigEndian: b[(at + 4)...])
            events.append(b[at + 1] != 0 ? .keyDown(keysym) : .keyUp(keysym))
            return 8
        case 5:  // PointerEvent
            guard b.count >= 6 else { return 0 }
            let x = min(Int(UInt16(bigEndian: b[(at + 2)...])), size.width - 1)
            let y = min(Int(UInt16(bigEndian: b[(at + 4)...])), size.height - 1)
            events.append(.pointer(x: x, y: y, buttons: b[at + 1]))
            return 6
        case 6:  // ClientCutText
            guard b.count >= 8 else { return 0 }
            let length = Int(UInt32(bigEndian: b[(at + 4)...]))
            guard length <= RFBLimits.cutTextBytes else {
                throw .tooLong(bytes: length, limit: RFBLimits.cutTextBytes)
            }
            if length > 0 { state = .skipping(bytes: length) }
            return 8
        case let type:
            throw .unknownMessage(type)
        }
    }
}

/// RFC 6143 §7.1.
enum RFBVersion {
    static let securityNone: UInt8 = 1

    /// "RFB 003.008\n", or a later minor number (some servers and viewers call themselves 3.889).
    static func check(_ bytes: ArraySlice<UInt8>) throws(RFBError) {
        let b = Array(bytes)
        let digits = b.count == 12 ? b[4...6] + b[8...10] : []
        guard b.count == 12, b.starts(with: Array("RFB ".utf8)), b[7] == 0x2e, b[11] == 0x0a,
            digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.prefix(3).elementsEqual([0x30, 0x30, 0x33]),
            digits.suffix(3).reduce(0, { $0 * 10 + Int($1 - 0x30) }) >= 8
        else { throw .version }
    }
}
