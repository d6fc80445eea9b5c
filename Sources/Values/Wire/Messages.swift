// Wire: what terminal and server say to each other, as values, and their one encoding (deterministic CBOR, RFC 8949
// §4.2, described by Documentation/vitrine.cddl). Parses foreign bytes: every limit stands in `WireLimits`, every
// refusal is a `WireError`. Pure values; no descriptor, no clock.

public import Pictures

/// A message from the terminal to the server.
public enum TerminalMessage: Equatable, Sendable {
    case hello(Hello)
    case executionRequest(ExecutionRequest)
    case command(Command)
    case feedback(FrameFeedback)
    case keyframeRequest
    case resume(Resume)
    case cancel(CancelReason)
    case outcomeReceived
    /// The answer to a challenge.
    case attestation(Attestation)
    /// A certificate request (PKCS#10, PEM) for the key that this connection's certificate has.
    case renewal([UInt8])
    /// The correspondence table of this version is in the sealed store.
    case tableInstalled(UInt64)
    case heartbeat
    /// Says nothing (see `Padding`).
    case padding
}

/// A message from the server to the terminal.
public enum ServerMessage: Equatable, Sendable {
    case welcome(Welcome)
    case refused(Refusal)
    case accepted(Accepted)
    case accessUnit(AccessUnit)
    case entryMode(EntryMode)
    case outcome(Outcome)
    case resumed(Resumed)
    case challenge(Challenge)
    /// A newer correspondence table with its logos, signed by the operator (`TableBundle` of the correspondence stage).
    case table(ArraySlice<UInt8>)
    /// The answer to a renewal: the new certificate, PEM.
    case certificate([UInt8])
    case heartbeat
    /// Says nothing (see `Padding`).
    case padding
}

/// First message of the terminal. The terminal's identity is its certificate, not a field.
public struct Hello: Equatable, Sendable {
    /// Protocol versions the terminal speaks, at least one.
    public var versions: [UInt64]
    /// Name and version of the terminal's software, for logs.
    public var software: String
    /// Version of the correspondence table that the terminal has; 0 for none.
    public var table: UInt64
    /// The secret of the last welcome (32 bytes): asks to be let in without another attestation.
    public var ticket: [UInt8]?
    public init(versions: [UInt64], software: String, table: UInt64 = 0, ticket: [UInt8]? = nil) {
        self.versions = versions
        self.software = software
        self.table = table
        self.ticket = ticket
    }
}

/// Prove what software asks: sent after `Hello`, and again while the connection lasts.
public struct Challenge: Equatable, Sendable {
    /// 32 random bytes, new for each challenge.
    public var nonce: [UInt8]
    /// The platform configuration registers (SHA-256 bank) that the proof is to cover, ascending.
    public var registers: [UInt64]
    public init(nonce: [UInt8], registers: [UInt64]) {
        self.nonce = nonce
        self.registers = registers
    }
}

/// A TPM's quote for a challenge: RATS evidence (RFC 9334), over this connection.
public struct Attestation: Equatable, Sendable {
    /// TPMS_ATTEST as the TPM made it; its extra data is SHA-256(nonce ‖ exporter of this connection).
    public var statement: [UInt8]
    /// ECDSA with P-256 and SHA-256 by the attestation key: r and s, 32 bytes each.
    public var signature: [UInt8]
    /// The event log behind the registers (`EventLog` of Evidence).
    public var log: [UInt8]
    /// The secret of the enrolment, 32 bytes, until a first welcome.
    public var activation: [UInt8]?
    public init(statement: [UInt8], signature: [UInt8], log: [UInt8], activation: [UInt8]? = nil) {
        self.statement = statement
        self.signature = signature
        self.log = log
        self.activation = activation
    }
}

/// First message of the server: the version both will speak from here on.
public struct Welcome: Equatable, Sendable {
    public var version: UInt64
    public var software: String
    /// The server's clock, seconds since 1970; nil from a server that does not say.
    public var time: UInt64?
    /// A secret for the next `Hello` (32 bytes), never logged; nil where every connection is to be attested.
    public var ticket: [UInt8]?
    public init(version: UInt64, software: String, time: UInt64? = nil, ticket: [UInt8]? = nil) {
        self.version = version
        self.software = software
        self.time = time
        self.ticket = ticket
    }
}

/// The patent's ReqAppUsr: start this application for this user on this terminal, and send pictures that fit.
public struct ExecutionRequest: Equatable, Sendable {
    /// Chosen by the terminal for each launch (16 random bytes): the same request sent twice starts one application.
    public var request: [UInt8]
    public var application: String
    public var user: String
    public var target: RenderTarget
    public var invoice: Invoice?
    /// Data of the sealed store that the application's row allows it: account, identity and the like; never logged.
    public var stored: [String: String]
    public init(
        request: [UInt8], application: String, user: String, target: RenderTarget, invoice: Invoice?,
        stored: [String: String] = [:]
    ) {
        self.request = request
        self.application = application
        self.user = user
        self.target = target
        self.invoice = invoice
        self.stored = stored
    }
}

/// The patent's dRV: what the terminal's renderer can show.
public struct RenderTarget: Equatable, Sendable {
    /// Picture size in pixels that the application gets (the screen less the trusted strip).
    public var size: PixelSize
    /// Refresh rate in thousandths of a hertz.
    public var refreshMillihertz: UInt64
    /// Highest H.264 level, times ten (31 is level 3.1).
    public var level: UInt64
    /// Most temporal layers the decoder may get; 1 is no scalability.
    public var temporalLayers: UInt64
    public init(size: PixelSize, refreshMillihertz: UInt64, level: UInt64, temporalLayers: UInt64) {
        self.size = size
        self.refreshMillihertz = refreshMillihertz
        self.level = level
        self.temporalLayers = temporalLayers
    }
}

/// What the merchant asks to be paid.
public struct Invoice: Equatable, Sendable {
    public var merchant: String
    /// The merchant's account as the invoice names it (for example an IBAN).
    public var account: String
    /// The merchant's own number for this invoice.
    public var identifier: String
    /// In the currency's minor units (cents).
    public var amount: UInt64
    /// ISO 4217, three capital letters.
    public var currency: String
    public init(merchant: String, account: String, identifier: String, amount: UInt64, currency: String) {
        self.merchant = merchant
        self.account = account
        self.identifier = identifier
        self.amount = amount
        self.currency = currency
    }
}

/// A key of the terminal's keypad, pressed and released as one.
public enum Key: Equatable, Hashable, Sendable {
    case digit(UInt8)
    case ok
    case cancel
    case clear
    /// Function keys F1…F8.
    case function(UInt8)
    case up
    case down
    case left
    case right
    /// A printable Unicode scalar from a keyboard, U+0020…U+007E and U+00A0 upwards.
    case character(Unicode.Scalar)
}

/// What the terminal has shown lately.
public struct FrameFeedback: Equatable, Sendable {
    /// Sequence of the newest access unit that is on the plane.
    public var shown: UInt64
    /// From its arrival to its commit, in microseconds.
    public var microseconds: UInt64
    public init(shown: UInt64, microseconds: UInt64) {
        self.shown = shown
        self.microseconds = microseconds
    }
}

/// Take the session up again on a new connection.
public struct Resume: Equatable, Sendable {
    /// As given in `Accepted`.
    public var session: UInt64
    /// The secret given in `Accepted`, 16 bytes.
    public var token: [UInt8]
    /// The request that the session began with, 16 bytes: a server that has lost the session may still know what came of
    /// its payment.
    public var request: [UInt8]?
    public init(session: UInt64, token: [UInt8], request: [UInt8]? = nil) {
        self.session = session
        self.token = token
        self.request = request
    }
}

public enum CancelReason: UInt64, Equatable, Sendable {
    case user = 0
    case limit = 1
    case shutdown = 2
}

/// The session exists; pictures follow.
public struct Accepted: Equatable, Sendable {
    public var session: UInt64
    /// 16 secret bytes for `Resume`; never logged.
    public var token: [UInt8]
    public var picture: PictureParameters
    public init(session: UInt64, token: [UInt8], picture: PictureParameters) {
        self.session = session
        self.token = token
        self.picture = picture
    }
}

/// What the stream will be, and all that the decoder may accept.
public struct PictureParameters: Equatable, Sendable {
    public var size: PixelSize
    /// H.264 profile_idc: 66 is (constrained) baseline.
    public var profile: UInt64
    public var level: UInt64
    public var temporalLayers: UInt64
    public init(size: PixelSize, profile: UInt64, level: UInt64, temporalLayers: UInt64) {
        self.size = size
        self.profile = profile
        self.level = level
        self.temporalLayers = temporalLayers
    }
}

/// The session goes on. Commands after `received` are to be sent again; a keyframe follows.
public struct Resumed: Equatable, Sendable {
    public var session: UInt64
    /// Sequence of the last command that reached the application; 0 for none.
    public var received: UInt64
    public var entryMode: EntryMode
    public init(session: UInt64, received: UInt64, entryMode: EntryMode) {
        self.session = session
        self.received = received
        self.entryMode = entryMode
    }
}

/// One coded picture, Annex B, with what it changed.
public struct AccessUnit: Equatable, Sendable {
    /// Numbers the access units of a session from 1, without gaps on one connection.
    public var sequence: UInt64
    public var isKeyframe: Bool
    /// Temporal layer, 0 is the base.
    public var layer: UInt64
    /// The rectangle outside which the picture equals the one before it, in pixels of the picture.
    public var damage: Rectangle
    /// Last command that had reached the application when the picture was captured.
    public var answered: UInt64
    /// Microseconds from capture to send, by the server's clock.
    public var serverMicroseconds: UInt64
    public var payload: ArraySlice<UInt8>
    public init(
        sequence: UInt64, isKeyframe: Bool, layer: UInt64, damage: Rectangle, answered: UInt64,
        serverMicroseconds: UInt64, payload: ArraySlice<UInt8>
    ) {
        self.sequence = sequence
        self.isKeyframe = isKeyframe
        self.layer = layer
        self.damage = damage
        self.answered = answered
        self.serverMicroseconds = serverMicroseconds
        self.payload = payload
    }
}

/// How a session ended: the patent's three answers for a payment, and the ends that are not answers.
public enum Outcome: Equatable, Sendable {
    /// The payment went through; `reference` is the host's number for it.
    case approved(reference: String)
    case declined(reason: String)
    /// More is needed than this session could ask for; `request` says what.
    case needsMore(request: String)
    /// The application ended by itself without a payment answer (exit status zero).
    case ended
    case cancelled
    case failed(reason: String)
}

/// Why the server will not do what was asked. The code is the terminal's to show; the reason is for both logs.
public struct Refusal: Equatable, Sendable {
    public enum Code: UInt64, Equatable, Sendable {
        case version = 1
        case unknownTerminal = 2
        case notPermitted = 3
        case unknownApplication = 4
        case noCapacity = 5
        case malformed = 6
        case unknownSession = 7
        case internalFailure = 8
        case draining = 9
        /// The terminal's proof of its software was not accepted.
        case notAttested = 10
    }
    public var code: Code
    public var reason: String
    public init(code: Code, reason: String) {
        self.code = code
        self.reason = reason
    }
}
