public import Pictures

/// What a server said.
public enum RFBClientEvent: Equatable, Sendable {
    /// The handshake is done; the picture has the agreed size.
    case ready
    /// An update has ended: the bounding box of the pixels that it brought, empty when it brought none.
    case updated(Rectangle)
}

/// The asking end of one connection, before hostile bytes. Pure, and driven by what it needs next:
/// the driver gathers `.bytes(n)` and hands exactly these to `receive`, or puts the rows of `.pixels` where they belong
/// (each row `width * 4` bytes of B, G, R, x, top to bottom) and says `pixelsArrived`, or drops `.skip(n)` bytes.
///
///     version → security types → result → init → ready ⟲ (update → rectangles…, bell, colour map, text)
public struct RFBClientSession: Sendable {
    public enum Need: Equatable, Sendable {
        /// Never more than `RFBLimits.textBytes`.
        case bytes(Int)
        /// Never empty, always inside the picture.
        case pixels(Rectangle)
        case skip(Int)
    }

    private enum State: Sendable, Equatable {
        case version
        case securityCount
        case securityTypes
        case securityResult
        case serverInit
        case name
        case message
        case updateHeader
        case rectangle(left: Int)
        case pixels(left: Int)
        case colourMap
        case cutText
    }

    public let size: PixelSize
    public private(set) var need = Need.bytes(12)
    /// Bytes for the server, oldest first; the driver takes them away.
    public private(set) var output: [UInt8] = []
    /// True from a request to the end of its answer.
    public private(set) var isWaiting = false
    private var state = State.version
    private var damage = Rectangle.empty
    private var pixelBudget = 0

    /// `size` is the picture's size, as agreed outside this protocol: any other is refused.
    public init(size: PixelSize) {
        precondition((1...RFBLimits.side).contains(size.width) && (1...RFBLimits.side).contains(size.height))
        self.size = size
    }

    public var isReady: Bool {
        switch state {
        case .message, .updateHeader, .rectangle, .pixels, .colourMap, .cutText: true
        default: false
        }
    }

    public mutating func takeOutput() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &output)
        return taken
    }

    /// Asks for the whole picture. One request at a time: traps while `isWaiting`, or before `isReady`.
    public mutating func request(incremental: Bool) {
        precondition(isReady && !isWaiting, "one request at a time")
        isWaiting = true
        output += [3, incremental ? 1 : 0, 0, 0, 0, 0] + UInt16(size.width).bytes + UInt16(size.height).bytes
    }

    /// Takes the `n` bytes of `need`. An error ends the connection.
    public mutating func receive(_ bytes: ArraySlice<UInt8>) throws(RFBError) -> RFBClientEvent? {
        guard case .bytes(let count) = need, bytes.count == count else {
            preconditionFailure("the driver hands over what is needed")
        }
        let at = bytes.startIndex
        switch state {
        case .version:
            try RFBVersion.check(bytes)
            output += Array("RFB 003.008\n".utf8)
            go(.securityCount, 1)
        case .securityCount:
            // Zero types: a reason follows that nobody here would read.
            guard bytes[at] > 0 else { throw .security }
            go(.securityTypes, Int(bytes[at]))
        case .securityTypes:
            guard bytes.contains(RFBVersion.securityNone) else { throw .security }
            output += [RFBVersion.securityNone]
            go(.securityResult, 4)
        case .securityResult:
            guard UInt32(bigEndian: bytes) == 0 else { throw .security }
            output += [1]  // Shared: the server need not close other connections.
            go(.serverInit, 24)
        case .serverInit:
            let offered = PixelSize(
                width: Int(UInt16(bigEndian: bytes)), height: Int(UInt16(bigEndian: bytes[(at + 2)...])))
            guard offered == size else { throw .size(offered) }
            // Its pixel format does not matter: ours is set below.
            let length = Int(UInt32(bigEndian: bytes[(at + 20)...]))
            guard length <= RFBLimits.textBytes else { throw .tooLong(bytes: length, limit: RFBLimits.textBytes) }
            if length == 0 { return becomeReady() }
            go(.name, length)
        case .name:
            return becomeReady()
        case .message:
            try message(bytes[at])
        case .updateHeader:
            guard isWaiting else { throw .unsolicitedUpdate }
            damage = .empty
            pixelBudget = size.area * RFBLimits.picturesInUpdate
            return next(left: Int(UInt16(bigEndian: bytes[(at + 1)...])))
        case .rectangle(let left):
            return try rectangle(bytes, left: left)
        case .colourMap:
            // Never sent to a true colour client by a sane server; harmless, so skipped.
            skip(Int(UInt16(bigEndian: bytes[(at + 3)...])) * 6)
        case .cutText:
            let length = Int(UInt32(bigEndian: bytes[(at + 3)...]))
            guard length <= RFBLimits.cutTextBytes else {
                throw .tooLong(bytes: length, limit: RFBLimits.cutTextBytes)
            }
            skip(length)
        case .pixels:
            preconditionFailure("pixels are not bytes")
        }
        return nil
    }

    /// The rows of `.pixels` are where they belong.
    public mutating func pixelsArrived() -> RFBClientEvent? {
        guard case .pixels(let left) = state, case .pixels(let area) = need else {
            preconditionFailure("no pixels were needed")
        }
        damage = damage.union(area)
        return next(left: left)
    }

    /// The bytes of `.skip` are gone.
    public mutating func skipped() {
        guard case .skip = need else { preconditionFailure("nothing was to be skipped") }
        go(.message, 1)
    }

    // MARK: Steps

    private mutating func go(_ next: State, _ bytes: Int) {
        state = next
        need = .bytes(bytes)
    }

    private mutating func skip(_ count: Int) {
        go(.message, 1)
        if count > 0 { need = .skip(count) }
    }

    private mutating func becomeReady() -> RFBClientEvent {
        output += [0, 0, 0, 0] + RFBPixelFormat.native.encoded
        // Raw, and nothing else: -308 and -223 would let the server change the size of the picture.
        output += [2, 0, 0, 1, 0, 0, 0, 0]
        go(.message, 1)
        return .ready
    }

    private mutating func message(_ type: UInt8) throws(RFBError) {
        switch type {
        case 0: go(.updateHeader, 3)
        case 1: go(.colourMap, 5)
        case 2: go(.message, 1)  // Bell.
        case 3: go(.cutText, 7)
        default: throw .unknownMessage(type)
        }
    }

    private mutating func next(left: Int) -> RFBClientEvent? {
        guard left > 0 else {
            isWaiting = false
            go(.message, 1)
            return .updated(damage)
        }
        go(.rectangle(left: left), 12)
        return nil
    }

    private mutating func rectangle(_ bytes: ArraySlice<UInt8>, left: Int) throws(RFBError) -> RFBClientEvent? {
        let numbers = stride(from: bytes.startIndex, to: bytes.startIndex + 8, by: 2)
            .map { Int(UInt16(bigEndian: bytes[$0...])) }
        let area = Rectangle(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
        let encoding = Int32(bitPattern: UInt32(bigEndian: bytes[(bytes.startIndex + 8)...]))
        switch encoding {
        case RFBEncoding.raw:
            if area.isEmpty { return next(left: left - 1) }
            guard size.bounds.contains(area) else { throw .rectangle(area) }
            pixelBudget -= area.size.area
            guard pixelBudget >= 0 else { throw .flood }
            state = .pixels(left: left - 1)
            need = .pixels(area)
            return nil
        case RFBEncoding.lastRectangle:
            return next(left: 0)
        case RFBEncoding.desktopSize:
            guard area.size == size else { throw .size(area.size) }
            return next(left: left - 1)
        default:
            throw .encoding(encoding)
        }
    }
}

/// RFC 6143 §7.7, §7.8.
enum RFBEncoding {
    static let raw: Int32 = 0
    static let desktopSize: Int32 = -223
    static let lastRectangle: Int32 = -224
}
