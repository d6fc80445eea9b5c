internal import Accept
internal import Admission
internal import Database
internal import Measurements
internal import NIOCore
internal import Wire

/// One connection as the host knows it.
struct Peer {
    let connection: TerminalConnection
    var terminal: AdmittedTerminal?
    var session: Session?
    /// Version of the correspondence table that the terminal has.
    var table: UInt64 = 0
    /// The newest table that was sent on this connection.
    var sentTable: UInt64 = 0
    /// The records are being looked at for this connection.
    var isLooking = false
    var hasRenewed = false
    /// The secret of its ticket.
    var ticket: [UInt8]?
    /// A challenge that waits for its answer.
    var challenge: Challenge?
    /// What the connection's first attestation said of the TPM's counters: none may change while it lasts.
    var firstClock: TPMClock?
    /// The next challenge, or the end of the wait for an answer.
    var attestationTimer: Scheduled<Void>?
}
