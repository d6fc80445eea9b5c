internal import Pictures

extension ServerMessage {
    /// One message; `bytes` is a frame's item, without the length. An access unit's payload is a part of `bytes`.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        switch fields.message {
        case Kind.accessUnit: self = .accessUnit(try AccessUnit(fields))
        case Kind.welcome:
            self = .welcome(
                Welcome(
                    version: try fields.unsigned(1),
                    software: try fields.text(2, bytes: 0...WireLimits.textBytes),
                    time: fields.has(3) ? try fields.unsigned(3) : nil,
                    ticket: fields.has(4) ? try fields.bytes(4, count: WireLimits.ticketBytes) : nil))
        case Kind.refused:
            self = .refused(
                Refusal(
                    code: try fields.choice(1, Refusal.Code.self),
                    reason: try fields.text(2, bytes: 0...WireLimits.textBytes)))
        case Kind.accepted:
            self = .accepted(
                Accepted(
                    session: try fields.unsigned(1), token: try fields.bytes(2, count: WireLimits.resumeTokenBytes),
                    picture: try PictureParameters(cbor: try fields.item(3))))
        case Kind.entryMode: self = .entryMode(try fields.entryMode(1))
        case Kind.outcome: self = .outcome(try Outcome(fields))
        case Kind.resumed:
            self = .resumed(
                Resumed(
                    session: try fields.unsigned(1), received: try fields.unsigned(2),
                    entryMode: try fields.entryMode(3)))
        case Kind.challenge: self = .challenge(try Challenge(fields))
        case Kind.table: self = .table(try fields.slice(1))
        case Kind.certificate: self = .certificate(try fields.bytes(1, within: 1...WireLimits.certificateBytes))
        case Kind.heartbeat: self = .heartbeat
        case Kind.padding: self = .padding
        default: throw .unknownMessage(fields.message)
        }
    }

    /// The message's CBOR item, without a length.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: roomNeeded)
        write(to: &writer)
        return writer.bytes
    }

    /// The message as it goes on the connection: length and item, in one allocation for an access unit.
    public func framed() -> [UInt8] {
        var writer = CBORWriter(capacity: roomNeeded)
        writer.openFrame()
        write(to: &writer)
        writer.closeFrame()
        return writer.bytes
    }

    /// An access unit's fields before its payload take at most 64 bytes, with the frame's length.
    private var roomNeeded: Int {
        switch self {
        case .accessUnit(let unit): 64 + unit.payload.count
        case .table(let bytes): 64 + bytes.count
        default: 64
        }
    }

    private func write(to writer: inout CBORWriter) {
        switch self {
        case .accessUnit(let unit): unit.write(to: &writer)
        case .welcome(let welcome):
            writer.write(
                .fields([
                    0: .unsigned(Kind.welcome), 1: .unsigned(welcome.version),
                    2: .text(WireText.cleaned(welcome.software)), 3: welcome.time.map { .unsigned($0) },
                    4: welcome.ticket.map { .bytes($0) },
                ]))
        case .refused(let refusal):
            writer.write(
                .fields([
                    0: .unsigned(Kind.refused), 1: .unsigned(refusal.code.rawValue),
                    2: .text(WireText.cleaned(refusal.reason)),
                ]))
        case .accepted(let accepted):
            writer.write(
                .fields([
                    0: .unsigned(Kind.accepted), 1: .unsigned(accepted.session), 2: .bytes(accepted.token),
                    3: accepted.picture.cbor,
                ]))
        case .entryMode(let mode):
            writer.write(.fields([0: .unsigned(Kind.entryMode), 1: .unsigned(mode.rawValue)]))
        case .outcome(let outcome): writer.write(outcome.cbor(kind: Kind.outcome))
        case .resumed(let resumed):
            writer.write(
                .fields([
                    0: .unsigned(Kind.resumed), 1: .unsigned(resumed.session), 2: .unsigned(resumed.received),
                    3: .unsigned(resumed.entryMode.rawValue),
                ]))
        case .challenge(let challenge):
            writer.write(
                .fields([
                    0: .unsigned(Kind.challenge), 1: .bytes(challenge.nonce),
                    2: .array(challenge.registers.map { .unsigned($0) }),
                ]))
        case .table(let bytes): writer.write(.fields([0: .unsigned(Kind.table), 1: .bytes(Array(bytes))]))
        case .certificate(let pem): writer.write(.fields([0: .unsigned(Kind.certificate), 1: .bytes(pem)]))
        case .heartbeat: writer.write(.fields([0: .unsigned(Kind.heartbeat)]))
        case .padding: writer.write(.fields([0: .unsigned(Kind.padding)]))
        }
    }
}

extension Challenge {
    init(_ fields: Fields) throws(WireError) {
        let nonce = try fields.bytes(1, count: WireLimits.nonceBytes)
        guard let items = try fields.item(2).array, !items.isEmpty else { throw fields.bad(2) }
        var registers: [UInt64] = []
        for item in items {
            guard let register = item.unsigned, WireLimits.registers.contains(register),
                registers.last.map({ $0 < register }) ?? true
            else { throw fields.bad(2) }
            registers.append(register)
        }
        self.init(nonce: nonce, registers: registers)
    }
}

extension AccessUnit {
    /// The highest key that fits one byte: fields to come stay below it, so the payload stays last.
    private static let payloadKey: UInt64 = 23

    init(_ fields: Fields) throws(WireError) {
        self.init(
            sequence: try fields.unsigned(1, in: 1...UInt64.max),
            isKeyframe: try fields.has(2) ? fields.bool(2) : false,
            layer: try fields.has(3) ? fields.unsigned(3, in: 0...(WireLimits.temporalLayers - 1)) : 0,
            damage: try fields.rectangle(4),
            answered: try fields.unsigned(5),
            serverMicroseconds: try fields.unsigned(6),
            payload: try fields.slice(Self.payloadKey))
    }

    /// Written straight into the writer, without a `CBOR` between: the payload is copied once. What most pictures are,
    /// no keyframe and of the base layer, is not said: a key's answer is a few hundred bytes.
    func write(to writer: inout CBORWriter) {
        writer.head(5, 6 + (isKeyframe ? 1 : 0) + (layer > 0 ? 1 : 0))
        writer.unsigned(0)
        writer.unsigned(Kind.accessUnit)
        writer.unsigned(1)
        writer.unsigned(sequence)
        if isKeyframe {
            writer.unsigned(2)
            writer.write(.bool(true))
        }
        if layer > 0 {
            writer.unsigned(3)
            writer.unsigned(layer)
        }
        writer.unsigned(4)
        writer.head(4, 4)
        for side in [damage.x, damage.y, damage.width, damage.height] { writer.write(.unsigned(side)) }
        writer.unsigned(5)
        writer.unsigned(answered)
        writer.unsigned(6)
        writer.unsigned(serverMicroseconds)
        writer.unsigned(Self.payloadKey)
        writer.byteString(payload)
    }
}
