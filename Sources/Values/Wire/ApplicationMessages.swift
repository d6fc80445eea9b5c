public import Pictures

/// What the server hands to an application at its start (a read-only file in its cell, deterministic CBOR).
public struct ApplicationRequest: Equatable, Sendable {
    public var application: String
    public var user: String
    public var terminal: String
    /// The picture that the application is to draw.
    public var size: PixelSize
    public var invoice: Invoice?
    /// Complementary data gathered by the server, by name.
    public var data: [String: String]
    /// What the terminal's sealed store holds for this application.
    public var stored: [String: String]
    public init(
        application: String, user: String, terminal: String, size: PixelSize, invoice: Invoice?, data: [String: String],
        stored: [String: String] = [:]
    ) {
        self.application = application
        self.user = user
        self.terminal = terminal
        self.size = size
        self.invoice = invoice
        self.data = data
        self.stored = stored
    }
}

/// What an application tells the server over its control socket (SOCK_SEQPACKET, one CBOR item a packet).
public enum ApplicationEvent: Equatable, Sendable {
    case entryMode(EntryMode)
    case outcome(Outcome)
}
