public import Wire

/// A request that may have moved money, until its outcome has been seen: what a terminal that dies in between asks for when
/// it is there again.
public struct PendingRequest: Equatable, Sendable {
    /// The execution request's own identifier.
    public var request: [UInt8]
    public var application: String
    public var invoice: Invoice?
    /// The server that has accepted it: money is in that one's books, and another's "no" says nothing.
    public var host: String
    public var port: UInt16

    public init(request: [UInt8], application: String, invoice: Invoice?, host: String, port: UInt16) {
        self.request = request
        self.application = application
        self.invoice = invoice
        self.host = host
        self.port = port
    }

    /// A record of a sealed store: nil for what is none.
    public init?(decoding bytes: [UInt8]) {
        guard case .map(let map)? = try? CBOR(decoding: bytes),
            let request = map[.unsigned(1)]?.bytes, request.count == WireLimits.requestIdentifierBytes,
            let application = map[.unsigned(2)]?.text, let host = map[.unsigned(4)]?.text,
            let port = map[.unsigned(5)]?.unsigned.flatMap({ UInt16(exactly: $0) })
        else { return nil }
        // An invoice that cannot be read is one line less on the screen; the payment is asked for all the same.
        self.init(
            request: request, application: application,
            invoice: map[.unsigned(3)].flatMap { try? Invoice(cbor: $0) }, host: host, port: port)
    }

    public func encoded() -> [UInt8] {
        CBOR.fields([
            1: .bytes(request), 2: .text(application), 3: invoice?.cbor, 4: .text(host), 5: .unsigned(UInt64(port)),
        ]).encoded()
    }

    /// The question: there is no session to take up, only money to be told of.
    public var question: TerminalMessage {
        .resume(
            Resume(
                session: 0, token: [UInt8](repeating: 0, count: WireLimits.resumeTokenBytes), request: request))
    }
}
