// PCSC: smart card readers through libpcsclite and the card service (pcscd); the only importer of CPcsclite. Owns
// contexts and connections to cards. Never looks into what a card says, never logs or keeps it. Every call may block,
// SCardTransmit without an end: each context belongs to one thread that may be lost.

/// The calls of the library, as errors and logs name them.
public enum PCSCCall: String, Sendable, CustomStringConvertible {
    case establish = "SCardEstablishContext"
    case list = "SCardListReaders"
    case wait = "SCardGetStatusChange"
    case connect = "SCardConnect"
    case reconnect = "SCardReconnect"
    case transmit = "SCardTransmit"
    case disconnect = "SCardDisconnect"
    case cancel = "SCardCancel"

    public var description: String { rawValue }
}

/// Why a call failed: what to do about it, with the code as winscard.h has it. Never carries what a card said.
public enum PCSCError: Error, Equatable, Sendable, CustomStringConvertible {
    /// pcscd is not running, or it ended during the call: this context is of no use any more, take a new one.
    case serviceGone(call: PCSCCall, code: UInt32)
    /// The reader was unplugged, or the service does not know it.
    case readerGone(call: PCSCCall, code: UInt32)
    /// The card left the reader. (Code zero: the driver called it a success, with no byte of an answer.)
    case cardRemoved(call: PCSCCall, code: UInt32)
    /// The card was reset since the last call, perhaps because it is another one: reconnect, and begin from the start.
    case cardReset(call: PCSCCall, code: UInt32)
    /// A card is there, but it does not speak with the reader.
    case cardMute(call: PCSCCall, code: UInt32)
    /// Another program has the card.
    case inUse(call: PCSCCall, code: UInt32)
    /// The command or the answer was lost between reader and card.
    case notTransacted(call: PCSCCall, code: UInt32)
    /// The answer is longer than the buffer.
    case tooLong(call: PCSCCall, code: UInt32)
    case other(call: PCSCCall, code: UInt32)

    /// LONG has 64 bits here and some calls extend the sign, others do not: only the low 32 bits mean something.
    init(_ call: PCSCCall, _ result: Int) {
        let code = UInt32(truncatingIfNeeded: result)
        self =
            switch code {
            // F_COMM_ERROR, NO_SERVICE, SERVICE_STOPPED, and the handles that ended with the service.
            case 0x8010_0013, 0x8010_001D, 0x8010_001E, 0x8010_0003, 0x8010_0018: .serviceGone(call: call, code: code)
            // UNKNOWN_READER, READER_UNAVAILABLE, NO_READERS_AVAILABLE.
            case 0x8010_0009, 0x8010_0017, 0x8010_002E: .readerGone(call: call, code: code)
            // NO_SMARTCARD, W_REMOVED_CARD.
            case 0x8010_000C, 0x8010_0069: .cardRemoved(call: call, code: code)
            // W_RESET_CARD.
            case 0x8010_0068: .cardReset(call: call, code: code)
            // PROTO_MISMATCH, NOT_READY, INVALID_ATR, W_UNSUPPORTED_CARD, W_UNRESPONSIVE_CARD, W_UNPOWERED_CARD.
            case 0x8010_000F, 0x8010_0010, 0x8010_0015, 0x8010_0065, 0x8010_0066, 0x8010_0067:
                .cardMute(call: call, code: code)
            // SHARING_VIOLATION.
            case 0x8010_000B: .inUse(call: call, code: code)
            // NOT_TRANSACTED, COMM_DATA_LOST.
            case 0x8010_0016, 0x8010_002F: .notTransacted(call: call, code: code)
            // INSUFFICIENT_BUFFER.
            case 0x8010_0008: .tooLong(call: call, code: code)
            default: .other(call: call, code: code)
            }
    }

    public var call: PCSCCall { parts.call }

    /// As in winscard.h; zero for an empty answer that the driver called a success.
    public var code: UInt32 { parts.code }

    /// Only a new context helps.
    public var needsNewContext: Bool {
        if case .serviceGone = self { return true }
        return false
    }

    public var description: String {
        let (call, code, words) = parts
        let digits = String(code, radix: 16)
        return "\(call): \(words) (0x\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits))"
    }

    private var parts: (call: PCSCCall, code: UInt32, words: String) {
        switch self {
        case .serviceGone(let call, let code): (call, code, "the card service is not running")
        case .readerGone(let call, let code): (call, code, "the card reader is gone")
        case .cardRemoved(let call, let code): (call, code, "the card was taken away")
        case .cardReset(let call, let code): (call, code, "the card was reset or replaced")
        case .cardMute(let call, let code): (call, code, "the card does not speak with the reader")
        case .inUse(let call, let code): (call, code, "another program is using the card")
        case .notTransacted(let call, let code): (call, code, "the exchange with the card failed")
        case .tooLong(let call, let code): (call, code, "the answer is too long")
        case .other(let call, let code): (call, code, "the card service refuses")
        }
    }
}
