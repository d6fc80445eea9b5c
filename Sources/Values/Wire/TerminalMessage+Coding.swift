extension TerminalMessage {
    /// One message; `bytes` is a frame's item, without the length.
    public init(decoding bytes: [UInt8]) throws(WireError) {
        let fields = try Fields(decoding: bytes)
        if fields.message != Kind.attestation, bytes.count > WireLimits.terminalMessageBytes {
            throw .frameTooLong(bytes: bytes.count, limit: WireLimits.terminalMessageBytes)
        }
        switch fields.message {
        case Kind.hello: self = .hello(try Hello(fields))
        case Kind.executionRequest: self = .executionRequest(try ExecutionRequest(fields))
        case let kind where Command.kinds.contains(kind): self = .command(try Command(fields))
        case Kind.feedback:
            self = .feedback(FrameFeedback(shown: try fields.unsigned(1), microseconds: try fields.unsigned(2)))
        case Kind.keyframeRequest: self = .keyframeRequest
        case Kind.resume:
            self = .resume(
                Resume(
                    session: try fields.unsigned(1), token: try fields.bytes(2, count: WireLimits.resumeTokenBytes),
                    request: fields.has(3)
                        ? try fields.bytes(3, count: WireLimits.requestIdentifierBytes) : nil))
        case Kind.cancel: self = .cancel(try fields.choice(1, CancelReason.self))
        case Kind.outcomeReceived: self = .outcomeReceived
        case Kind.attestation: self = .attestation(try Attestation(fields))
        case Kind.renewal: self = .renewal(try fields.bytes(1, within: 1...WireLimits.certificateBytes))
        case Kind.tableInstalled: self = .tableInstalled(try fields.unsigned(1))
        case Kind.heartbeat: self = .heartbeat
        case Kind.padding: self = .padding
        default: throw .unknownMessage(fields.message)
        }
    }

    /// The message's CBOR item, without a length.
    public func encoded() -> [UInt8] { cbor.encoded() }

    /// The message as it goes on the connection: length and item.
    public func framed() -> [UInt8] {
        var writer = CBORWriter()
        writer.openFrame()
        writer.write(cbor)
        writer.closeFrame()
        return writer.bytes
    }

    private var cbor: CBOR {
        switch self {
        case .hello(let hello):
            .fields([
                0: .unsigned(Kind.hello), 1: .array(hello.versions.map { .unsigned($0) }),
                2: .text(WireText.cleaned(hello.software)), 3: hello.table == 0 ? nil : .unsigned(hello.table),
                4: hello.ticket.map { .bytes($0) },
            ])
        case .executionRequest(let request):
            .fields([
                0: .unsigned(Kind.executionRequest), 1: .bytes(request.request), 2: .text(request.application),
                3: .text(request.user), 4: request.target.cbor, 5: request.invoice?.cbor,
                6: request.stored.isEmpty ? nil : .texts(request.stored),
            ])
        case .command(let command): command.cbor
        case .feedback(let feedback):
            .fields([
                0: .unsigned(Kind.feedback), 1: .unsigned(feedback.shown), 2: .unsigned(feedback.microseconds),
            ])
        case .keyframeRequest: .fields([0: .unsigned(Kind.keyframeRequest)])
        case .resume(let resume):
            .fields([
                0: .unsigned(Kind.resume), 1: .unsigned(resume.session), 2: .bytes(resume.token),
                3: resume.request.map { .bytes($0) },
            ])
        case .cancel(let reason): .fields([0: .unsigned(Kind.cancel), 1: .unsigned(reason.rawValue)])
        case .outcomeReceived: .fields([0: .unsigned(Kind.outcomeReceived)])
        case .attestation(let attestation):
            .fields([
                0: .unsigned(Kind.attestation), 1: .bytes(attestation.statement), 2: .bytes(attestation.signature),
                3: .bytes(attestation.log), 4: attestation.activation.map { .bytes($0) },
            ])
        case .renewal(let request): .fields([0: .unsigned(Kind.renewal), 1: .bytes(request)])
        case .tableInstalled(let version): .fields([0: .unsigned(Kind.tableInstalled), 1: .unsigned(version)])
        case .heartbeat: .fields([0: .unsigned(Kind.heartbeat)])
        case .padding: .fields([0: .unsigned(Kind.padding)])
        }
    }
}

extension Hello {
    init(_ fields: Fields) throws(WireError) {
        guard let items = try fields.item(1).array, (1...WireLimits.versionCount).contains(items.count) else {
            throw fields.bad(1)
        }
        var versions: [UInt64] = []
        for item in items {
            guard let version = item.unsigned else { throw fields.bad(1) }
            versions.append(version)
        }
        self.init(
            versions: versions, software: try fields.text(2, bytes: 0...WireLimits.textBytes),
            table: fields.has(3) ? try fields.unsigned(3) : 0,
            ticket: fields.has(4) ? try fields.bytes(4, count: WireLimits.ticketBytes) : nil)
    }

    /// The newest version that both ends speak; nil when there is none, which the server answers with
    /// `Refusal.Code.version`.
    public var agreedVersion: UInt64? { versions.filter { WireLimits.versions.contains($0) }.max() }
}

extension ExecutionRequest {
    init(_ fields: Fields) throws(WireError) {
        self.init(
            request: try fields.bytes(1, count: WireLimits.requestIdentifierBytes),
            application: try fields.text(2, bytes: 1...WireLimits.identifierBytes),
            user: try fields.text(3, bytes: 1...WireLimits.identifierBytes),
            target: try RenderTarget(cbor: try fields.item(4)),
            invoice: fields.has(5) ? try Invoice(cbor: try fields.item(5)) : nil,
            stored: fields.has(6)
                ? try fields.texts(6, items: WireLimits.storedItems, valueBytes: WireLimits.storedBytes) : [:])
    }
}

extension Attestation {
    init(_ fields: Fields) throws(WireError) {
        self.init(
            statement: try fields.bytes(1, within: 1...WireLimits.statementBytes),
            signature: try fields.bytes(2, count: WireLimits.signatureBytes),
            log: try fields.bytes(3, within: 1...WireLimits.eventLogBytes),
            activation: fields.has(4) ? try fields.bytes(4, count: WireLimits.activationBytes) : nil)
    }
}
