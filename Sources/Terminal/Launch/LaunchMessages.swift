public import Wire

/// What the rich side asks for over the launch socket: one request a connection.
public struct LaunchRequest: Equatable, Sendable {
    public var application: String
    public var invoice: Invoice?
    public init(application: String, invoice: Invoice? = nil) {
        self.application = application
        self.invoice = invoice
    }
}

/// What it learns. `.started` is followed by `.outcome`; the others end the exchange.
public enum LaunchAnswer: Equatable, Sendable {
    /// The correspondence table has no row for the application: it may run here, as it did before.
    case notRemote
    case refused(String)
    case started
    case outcome(Outcome)
}

/// Map keys of the launch socket's messages (deterministic CBOR in the framing of Wire).
private enum Field {
    static let application: UInt64 = 1
    static let invoice: UInt64 = 2
    static let kind: UInt64 = 0
    static let reason: UInt64 = 1
    /// An `ApplicationEvent.outcome` as a byte string.
    static let outcome: UInt64 = 2
}

extension LaunchRequest {
    public func encoded() -> [UInt8] {
        CBOR.fields([Field.application: .text(application), Field.invoice: invoice?.cbor]).encoded()
    }

    public init(decoding bytes: [UInt8]) throws(LaunchError) {
        let item = try decode(bytes)
        guard let application = item[Field.application]?.text, isName(application) else {
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
        default: throw .badField(key: Field.kind)
        }
    }
}

private func decode(_ bytes: [UInt8]) throws(LaunchError) -> CBOR {
    do throws(WireError) { return try CBOR(decoding: bytes) } catch { throw .wire(error) }
}

/// An application's identifier as a launcher may give it: it ends up in file names and logs.
private func isName(_ text: String) -> Bool {
    (1...WireLimits.identifierBytes).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true  // 0-9 A-Z a-z - . _
            default: false
            }
        }
}
