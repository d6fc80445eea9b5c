internal import CPcsclite

/// Transmission protocols of ISO/IEC 7816-3. Contactless cards speak as T=1.
public enum CardProtocols: Equatable, Sendable {
    case t0
    case t1
    /// What the card prefers.
    case any

    var raw: DWORD {
        switch self {
        case .t0: DWORD(SCARD_PROTOCOL_T0)
        case .t1: DWORD(SCARD_PROTOCOL_T1)
        case .any: DWORD(SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1)
        }
    }
}

/// What becomes of the card when the connection ends, or before it begins anew.
public enum CardDisposition: Equatable, Sendable {
    /// As it is, with what was selected.
    case leave
    /// Started again: it forgets what was selected.
    case reset
    /// Without power, or without a field.
    case unpower

    var raw: DWORD {
        switch self {
        case .leave: DWORD(SCARD_LEAVE_CARD)
        case .reset: DWORD(SCARD_RESET_CARD)
        case .unpower: DWORD(SCARD_UNPOWER_CARD)
        }
    }
}

/// A connection to one card. Dropping it leaves the card as it is.
public struct CardConnection: ~Copyable, Sendable {
    /// Longest command: four bytes of header, extended Lc, 65,535 bytes of data, extended Le (ISO/IEC 7816-4, 5.1).
    public static let commandLimit = 4 + 3 + 65_535 + 2

    private let handle: SCARDHANDLE
    private let isExclusive: Bool
    /// The protocol that card and reader have agreed on: `.t0` or `.t1`.
    public private(set) var agreed: CardProtocols

    init(
        _ context: SCARDCONTEXT, _ reader: String, _ protocols: CardProtocols, _ isExclusive: Bool
    ) throws(PCSCError) {
        var handle: SCARDHANDLE = 0
        var active: DWORD = 0
        let code = unsafe SCardConnect(
            context, reader, Self.sharing(isExclusive), protocols.raw, &handle, &active)
        guard code == 0 else { throw PCSCError(.connect, code) }
        self.handle = handle
        self.isExclusive = isExclusive
        agreed = Self.agreement(active)
    }

    // The card may have left, or the service: the connection is over in any case.
    deinit { _ = SCardDisconnect(handle, CardDisposition.leave.raw) }

    /// Sends one command and waits for its answer: has no time-out, whoever needs one gives this thread up. The answer,
    /// with its status word, is then in `response`; it has at least one byte.
    public borrowing func transmit(_ command: [UInt8], into response: inout ResponseBuffer) throws(PCSCError) {
        precondition(!command.isEmpty && command.count <= Self.commandLimit, "a command of ISO/IEC 7816-4")
        let header = unsafe agreed == .t0 ? CPcsclite_headerT0() : CPcsclite_headerT1()
        let handle = self.handle
        let code = unsafe response.fill { bytes in
            var count = DWORD(bytes.count)
            let code = unsafe SCardTransmit(
                handle, header, command, DWORD(command.count), nil,
                bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), &count)
            return (code, Int(clamping: count))
        }
        guard code == 0 else { throw PCSCError(.transmit, code) }
        // Some drivers report a card that was torn away as a success without an answer.
        guard response.count > 0 else { throw .cardRemoved(call: .transmit, code: 0) }
    }

    /// After `.cardReset`: takes up the connection with the card that is there now, which begins from the start. The
    /// protocol may be another one.
    public mutating func reconnect(
        _ protocols: CardProtocols = .any, after disposition: CardDisposition = .leave
    ) throws(PCSCError) {
        var active: DWORD = 0
        let code = unsafe SCardReconnect(
            handle, Self.sharing(isExclusive), protocols.raw, disposition.raw, &active)
        guard code == 0 else { throw PCSCError(.reconnect, code) }
        agreed = Self.agreement(active)
    }

    /// Ends the connection. On failure it is over as well.
    public consuming func close(_ disposition: CardDisposition) throws(PCSCError) {
        let code = SCardDisconnect(handle, disposition.raw)
        discard self
        guard code == 0 else { throw PCSCError(.disconnect, code) }
    }

    private static func sharing(_ isExclusive: Bool) -> DWORD {
        DWORD(isExclusive ? SCARD_SHARE_EXCLUSIVE : SCARD_SHARE_SHARED)
    }

    private static func agreement(_ active: DWORD) -> CardProtocols { active == DWORD(SCARD_PROTOCOL_T0) ? .t0 : .t1 }
}
