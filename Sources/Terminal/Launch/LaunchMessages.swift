public import Wire

/// What the rich side asks for by name.
public struct LaunchRequest: Equatable, Sendable {
    public var application: String
    public var invoice: Invoice?
    public init(application: String, invoice: Invoice? = nil) {
        self.application = application
        self.invoice = invoice
    }
}

/// What comes over the launch socket: one question a connection.
public enum LaunchQuestion: Equatable, Sendable {
    case launch(LaunchRequest)
    /// What is there to launch?
    case list
}

/// What it learns. `.started` is followed by `.outcome` or, when the application turns out to be out of reach and may run
/// on the rich side, by `.notRemote`; the others end the exchange.
public enum LaunchAnswer: Equatable, Sendable {
    /// The application may run here, as it did before: the correspondence table has no row for it, or has one that
    /// allows this while its server is out of reach.
    case notRemote
    case refused(String)
    case started
    case outcome(Outcome)
    /// To `.list`: what the peer may ask for, in the order of the table.
    case applications([OfferedApplication])
}

/// Map keys of the launch socket's messages (deterministic CBOR in the framing of Wire).
private enum Field {
    static let kind: UInt64 = 0
    static let application: UInt64 = 1
    static let invoice: UInt64 = 2
    static let reason: UInt64 = 1
    /// An `ApplicationEvent.outcome` as a byte string.
    static let outcome: UInt64 = 2
    static let applications: UInt64 = 3
}

extension LaunchQuestion {
    public func encoded() -> [UInt8] {
        switch self {
        // A launch has no kind: it was the only question once, and is nearly the only one still.
        case .launch(let request): request.encoded()
        case .list: CBOR.fields([Field.kind: .unsigned(1)]).encoded()
        }
    }

    public init(decoding bytes: [UInt8]) throws(LaunchError) {
        let item = try decode(bytes)
        switch item[Field.kind] {
        case nil: self = .launch(try LaunchRequest(item))
        case .unsigned(1): self = .list
        default: throw .badField(key: Field.kind)
        }
    }
}

extension LaunchRequest {
    public func encoded() -> [UInt8] {
        CBOR.fields([Field.application: .text(application), Field.invoice: invoice?.cbor]).encoded()
    }

    public init(decoding bytes: [UInt8]) throws(LaunchError) { try self.init(try decode(bytes)) }

    fileprivate init(_ item: CBOR) throws(LaunchError) {
        guard let application = item[Field.application]?.text, ApplicationName.isValid(application) else {
            throw .badField(key: Field.application)
        }
        self.application = application
        do throws(WireError) {
            if let cbor = item[Field.invoice] { invoice = try Invoice(cbor: cbor) }
        } catch {
            throw .wire(error)
        }
    }
}

extension LaunchAnswer {
    public func encoded() -> [UInt8] {
        switch self {
        case .notRemote: CBOR.fields([Field.kind: .unsigned(0)]).encoded()
        case .refused(let reason):
            CBOR.fields([Field.kind: .unsigned(1), Field.reason: .text(WireText.cleaned(reason))]).encoded()
        case .started: CBOR.fields([Field.kind: .unsigned(2)]).encoded()
        case .outcome(let outcome):
            CBOR.fields([
                Field.kind: .unsigned(3), Field.outcome: .bytes(ApplicationEvent.outcome(outcome).encoded()),
            ]).encoded()
        case .applications(let applications):
            CBOR.fields([
                Field.kind: .unsigned(4), Field.applications: OfferedApplication.cbor(of: applications),
            ]).encoded()
        }
    }

    public init(decoding bytes: [UInt8]) throws(LaunchError) {
        let item = try decode(bytes)
        switch item[Field.kind]?.unsigned {
        case 0: self = .notRemote
        case 1:
            guard let reason = item[Field.reason]?.text, WireText.isClean(reason, bytes: 0...WireLimits.textBytes)
            else {
                throw .badField(key: Field.reason)
            }
            self = .refused(reason)
        case 2: self = .started
        case 3:
            guard let inner = item[Field.outcome]?.bytes else { throw .badField(key: Field.outcome) }
            let event: ApplicationEvent
            do throws(WireError) { event = try ApplicationEvent(decoding: inner) } catch { throw .wire(error) }
            guard case .outcome(let outcome) = event else { throw .badField(key: Field.outcome) }
            self = .outcome(outcome)
        case 4:
            guard let items = item[Field.applications]?.array,
                let applications = OfferedApplication.list(items)
            else {
                throw .badField(key: Field.applications)
            }
            self = .applications(applications)
        default: throw .badField(key: Field.kind)
        }
    }
}

private func decode(_ bytes: [UInt8]) throws(LaunchError) -> CBOR {
    do throws(WireError) { return try CBOR(decoding: bytes) } catch { throw .wire(error) }
}
